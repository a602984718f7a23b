//! What of the work a caller may see.
