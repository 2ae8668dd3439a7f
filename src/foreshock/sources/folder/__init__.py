"""The user's own folder of texts, pages, PDFs, feeds and tables."""
