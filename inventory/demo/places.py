"""The places, the vendors and the shelves of the demo business, a baker's in Ghent."""

from inventory.models import LocationKind

WAREHOUSE, BAKERY = "DAMPOORT", "COUPURE"
SHOPS = ("KORENMARKT", "PATERSHOL")

LOCATIONS = (
    (WAREHOUSE, "Dampoort warehouse", LocationKind.WAREHOUSE),
    (BAKERY, "Coupure bakery", LocationKind.BAKERY),
    (SHOPS[0], "Korenmarkt shop", LocationKind.SHOP),
    (SHOPS[1], "Patershol shop", LocationKind.SHOP),
)

# code, name, contact, days from order to delivery; the house itself makes what it bakes.
VENDORS = (
    ("HOUSE", "Our own bakery", "Lieve Van Damme", 1),
    ("DEPOORTER", "Molens De Poorter", "Bart De Poorter", 3),
    ("WHITEHILL", "Whitehill Mill", "Susan Ashdown", 6),
    ("TIENSE-SUIKER", "Suikerhuis Tienen", "Karel Peeters", 4),
    ("ZUIVELHOF", "Zuivelhof Lokeren", "An Verstraete", 1),
    ("HENSHAW", "Henshaw Eggs", "Tom Henshaw", 2),
    ("GISTFABRIEK", "Gistfabriek Brugge", "Joris Maes", 2),
    ("CACAOKADE", "Cacaokade Antwerpen", "Nadia El Amrani", 5),
    ("FRUITMARKT", "Fruitmarkt Haspengouw", "Rik Vanlaer", 2),
    ("SPICEROW", "Spice Row Trading", "Priya Raman", 9),
    ("KARTONNERIE", "Kartonnerie Leie", "Sofie Baert", 7),
    ("BROEDERS", "Brouwerij De Broeders", "Pieter Claes", 4),
    ("KOFFIEWERF", "Koffiewerf", "Emma Janssens", 3),
    ("PANTRY-LANE", "Pantry Lane Preserves", "Helen Whitcombe", 8),
    ("INKT-EN-LINT", "Inkt & Lint", "Mieke Goossens", 10),
    ("SNOEPHUIS", "Snoephuis Sint-Niklaas", "Dirk Wauters", 5),
)
