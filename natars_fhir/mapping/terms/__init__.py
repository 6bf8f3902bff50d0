"""The mapping as a terminology server holds it: ConceptMaps and CodeSystems, out and in, and `$translate`."""
