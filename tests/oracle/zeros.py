"""A service that leaves out what is 0 or empty, or gives null for an empty list: nothing stops, and all is verified."""
from harness import *

for how in ("absent", "null"):
    case(f"what is 0 or empty is {how}")
    records = plain(2, 3)
    with Oracle("--fault", f"query@1+:{how}") as oracle:
        check_verified(migrate(oracle, file_of(records), "--execute", "--rate", "off"), imports_of(records))
    check_faithful(oracle.ledger, records)
finish()
