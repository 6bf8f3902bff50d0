"""Pages of the trial office: the trial in figures, its subjects by pseudonym, freezes and exports. docs/pages.md"""
