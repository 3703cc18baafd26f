"""A report on a model as Markdown, HTML, PDF or Word: one tree of blocks, and a writer for each format."""
