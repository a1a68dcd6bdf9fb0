"""PDF: words with boxes, lines, tables and headings, pages as pictures."""
