"""See what plugins do: how long their hooks take, what failed, what each would say and said of one ticket."""
