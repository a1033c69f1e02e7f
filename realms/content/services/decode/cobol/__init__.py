"""COBOL records: a copybook says what the bytes mean, a framing says where a record ends, a code page what a letter is."""
