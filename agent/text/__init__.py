"""What a program can compare in a text: numbers, dates, amounts, words. Knows no evidence and no model."""
