"""Pages for people, under `/pages`: one module a page or a family of pages. docs/pages.md"""
