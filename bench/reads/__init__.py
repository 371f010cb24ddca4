"""The read side: what the API's typical reads cost on the rows' table, and on the view over packed rows."""
