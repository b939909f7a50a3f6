def revision(product: int, *others: int | None) -> int:
    """One number out of the versions of all that is shown.

    The product's counts before the others: with it the vendor or category may become another
    one, whose own version is a smaller number.
    """
    return (product << 32) + sum(version or 0 for version in others)
