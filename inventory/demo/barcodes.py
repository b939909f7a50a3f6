"""EAN-13 numbers of the range that GS1 leaves to each business for itself (20 to 29), so that
none of ours is a real product's."""

PIECE, CASE = "20", "21"


def ean13(prefix: str, number: int) -> str:
    body = f"{prefix}{number:0{12 - len(prefix)}d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The last digit of an EAN-13: weights 1 and 3 in turn, up to the next ten."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-weighted % 10)
