-- Librarian: what a document may be cited for; an empty list says: for everything.

ALTER TABLE documents ADD COLUMN purposes TEXT[] DEFAULT '{}' NOT NULL;
