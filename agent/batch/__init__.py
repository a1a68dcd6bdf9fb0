"""Many tasks: read, scheduled, answered by threads, processes or Ray, and appended as they come."""
