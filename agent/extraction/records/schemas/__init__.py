"""What a record is made of, and where its schema comes from."""
