"""A demo desk: believable people, services and tickets in both languages, made through the same verbs as real ones."""
