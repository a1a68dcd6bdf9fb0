"""Tables as tables: found on pages by their words and rules, read from office files, written out."""
