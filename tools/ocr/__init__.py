"""Reading text in pictures: lines, reading order, tables and charts by position. No documents."""
