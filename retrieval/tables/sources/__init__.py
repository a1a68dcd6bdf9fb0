"""Where tables come from: PDF pages, scans and pictures, office files, web pages."""
