"""Ready answers and macros: of the desk, of a group and those below it, or of one person."""
