"""What people say of the values of a record: confirmed, corrected, kept with who and when."""
