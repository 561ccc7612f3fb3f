"""The revisions, in the order of their names; one that was released is never changed."""
