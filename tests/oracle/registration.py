"""UserRegister: batches, users that are there already, users and services that refuse."""
from harness import *

case("250 users: three calls")
records = plain(125, 1)
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
    check_verified(result, 250)
    case("again: everybody is there already, and that is as good")
    others = [{**record, "Id": f"again-{record['Id']}", "Message": "second"} for record in plain(125, 1)]
    result = migrate(oracle, file_of(others), "--execute", "--rate", "off", "--allow-extra")
    equal(0, result.code, "exit code")
    matches("250 already there", result.out, "stdout")
case("the calls")
sizes = [len(call["body"]["UserInfo"]) for call in oracle.ledger.of("UserRegister")]
equal([100, 100, 50] * 2, sizes, "users a call")
equal(500, len(oracle.ledger.applied), "imports")
equal([], oracle.ledger.complaints, "complaints of the oracle")

for count in (1, 50, 51, 100):
    case(f"{2 * count} users")
    with Oracle() as oracle:
        result = migrate(oracle, file_of(plain(count, 1)), "--execute", "--rate", "off")
    check_house_rules(oracle.ledger)
    equal(-(-2 * count // 100), len(oracle.ledger.of("UserRegister")), "calls")
    check_verified(result, 2 * count)

case("registering fails, then works: the same command registers and goes on; once done, no run asks again")
journal, records = new_journal(), plain(2, 2)
oracle = Oracle("--fault", "register@1+:html=503")
with oracle:
    check_not_verified(migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal), (5,))
with oracle.restarted() as again:
    for _ in range(2):
        check_verified(migrate(again, file_of(records), "--execute", "--rate", "off", "--journal", journal), 8)
check_faithful(again.ledger, records)
equal(1, len(again.ledger.of("UserRegister", applied=True)), "registrations that worked")

for fault, codes in (("register@1+:code=660000002", (1,)), ("register@1+:code=100000005", (7,)),
                     ("register@1+:html=503", (5,)), ("register@1+:drop", (5,)), ("register@1+:half", (1, 5))):
    case(f"{fault}: nothing is imported")
    with Oracle("--fault", fault) as oracle:
        result = migrate(oracle, file_of(plain(2, 2)), "--execute", "--rate", "off")
    equal([], oracle.ledger.imports, "imports")
    check_not_verified(result, codes)
    matches("0 of 8", result.last, "the last line")

case("user ids with every character that is allowed, as short and as long as can be")
records = plain(1, 4)
names = ["!#$%&()+-:;<=.>?@[]^_ {}|~", "x", "a" * 32, "100% + ?&=#"]
for record, sender, receiver in zip(records, names, names[1:] + names[:1]):
    record.update(FromUserId=sender, ToUserId=receiver)
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
check_faithful(oracle.ledger, records)
check_verified(result, 8)
finish()
