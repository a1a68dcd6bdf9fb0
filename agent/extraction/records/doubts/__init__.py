"""What is looked at once more."""
