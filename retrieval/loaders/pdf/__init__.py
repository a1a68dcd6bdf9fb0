"""PDF: words with boxes, lines, tables, headings, pages as pictures. All that knows pdfium; no OCR."""
