"""The migrated tables held against production's."""
