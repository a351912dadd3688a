"""Board papers: listing pages with links to PDFs, and PDFs read page by page.

PDFium runs in a separate process.
"""
