"""The example jobs do what README says of them."""
