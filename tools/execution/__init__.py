"""Running a tool: arguments bound, time bounded, results as evidence, failures as data. No tools."""
