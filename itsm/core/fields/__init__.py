"""Fields that plugins add to tickets, people, organisations and teams; kept in one JSON column, validated here."""
