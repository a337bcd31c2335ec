"""Report -> text, one file a form; nothing here prints by itself or changes what was found."""
