from inventory.models.access import (
    GROUPS,
    MANAGERS,
    OPERATORS,
    KnownRights,
    Location,
    LocationAccess,
    LocationKind,
    RightsStamp,
    known_rights,
    operates,
    remember_rights,
    sees_everything,
)
from inventory.models.among import Among
from inventory.models.catalogue import CODE_PATTERN, Barcode, Category, Product, Unit, Vendor
from inventory.models.changes import FieldChange
from inventory.models.checks import LedgerCheck
from inventory.models.session import Session
from inventory.models.stock import (
    MovementKind,
    Operation,
    OperationKind,
    Outcome,
    Source,
    Status,
    StockLevel,
    StockMovement,
)
from inventory.models.tokens import ApiToken
from inventory.models.totals import LocationTotal, LocationTotalDelta, LocationTotalNow

__all__ = [
    "CODE_PATTERN",
    "GROUPS",
    "MANAGERS",
    "OPERATORS",
    "Among",
    "ApiToken",
    "Barcode",
    "Category",
    "FieldChange",
    "KnownRights",
    "LedgerCheck",
    "Location",
    "LocationAccess",
    "LocationKind",
    "LocationTotal",
    "LocationTotalDelta",
    "LocationTotalNow",
    "MovementKind",
    "Operation",
    "OperationKind",
    "Outcome",
    "Product",
    "RightsStamp",
    "Session",
    "Source",
    "Status",
    "StockLevel",
    "StockMovement",
    "Unit",
    "Vendor",
    "known_rights",
    "operates",
    "remember_rights",
    "sees_everything",
]
