"""What a mesh is: vocabulary, records, the frozen snapshot and what makes them valid."""
