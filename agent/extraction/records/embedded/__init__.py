"""What a file carries for machines."""
