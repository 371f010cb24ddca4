"""Catalogues: the compliance frameworks of one provider, synthetic, from Prowler, or written by hand."""
