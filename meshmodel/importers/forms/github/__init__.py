"""GitHub Actions workflows, and the Markdown of gh-aw that is compiled to them."""
