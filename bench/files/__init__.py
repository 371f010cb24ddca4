"""Files that a person names: read strictly, written whole."""
