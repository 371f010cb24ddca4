"""What the API's typical reads cost on the task's own table, and on the relation of another storage."""
