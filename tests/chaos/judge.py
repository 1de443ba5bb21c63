"""The judge: input file and ledger in, broken invariants out. It never sees what the client says of itself."""
import collections
import itertools

from ledger import applied_lists, planned_lists
from expected import busiest_second

SHOWN = 12  # problems told in words; the numbers count all


class Judgement:
    def __init__(self):
        self.planned = self.applied = 0
        self.tags_twice = self.untagged = self.too_many = self.losses = self.strangers = self.order_breaks = 0
        self.rate_breaches, self.busiest, self.shift, self.problems = 0, {}, 0, []

    @property
    def duplicates(self):
        """By tag or by content, whichever shows more: a naive client has no tags, a tag may be wrong."""
        return max(self.tags_twice, self.too_many)

    def broken(self):
        """The invariants that do not hold."""
        return [name for name, count in (
            ("I1 no tag twice in a list", self.tags_twice + self.untagged),
            ("I2 every record exactly once in each intended list", self.too_many + self.losses + self.strangers),
            ("I3 the order inside a list", self.order_breaks), ("I4 the rate", self.rate_breaches)) if count]

    def tell(self, problem):
        self.problems.append(problem)

    def words(self):
        more = [f"... and {len(self.problems) - SHOWN} more"] if len(self.problems) > SHOWN else []
        return self.problems[:SHOWN] + more

    def numbers(self):
        return {name: value for name, value in vars(self).items() if name != "problems"} | {
            "duplicates": self.duplicates, "broken": self.broken()}


def shift_of(planned, applied):
    """How far the times were moved: what most of the messages that occur once in their list agree upon."""
    votes = collections.Counter()
    for lane, wanted in planned.items():
        count = collections.Counter(key for key, _ in wanted)
        times = {key: at for key, at in wanted if count[key] == 1}
        votes.update(at - times[key] for key, at, _ in applied.get(lane, ()) if key in times)
    return votes.most_common(1)[0][0] if votes else 0


def judge_tags(judgement, applied, tagged):
    for lane, messages in applied.items():
        tags = collections.Counter(tag for _, _, tag in messages)
        without = tags.pop(None, 0)
        if tagged and without:
            judgement.untagged += without
            judgement.tell(f"I1 {lane}: {without} messages without a tag")
        for tag, times in tags.items():
            if times > 1:
                judgement.tags_twice += times - 1
                judgement.tell(f"I1 {lane}: tag {tag} {times} times")


def judge_contents(judgement, planned, applied):
    for lane in {**planned, **applied}:
        wanted = collections.Counter((key, at + judgement.shift) for key, at in planned.get(lane, ()))
        got = collections.Counter((key, at) for key, at, _ in applied.get(lane, ()))
        for one in {**wanted, **got}:
            difference = got[one] - wanted[one]
            if difference == 0:
                continue
            kind = "losses" if difference < 0 else "too_many" if wanted[one] else "strangers"
            setattr(judgement, kind, getattr(judgement, kind) + abs(difference))
            judgement.tell(f"I2 {lane}: {kind.replace('_', ' ')}: expected {wanted[one]}, got {got[one]} of {one}")


def judge_order(judgement, planned, applied):
    """Neighbours in a list that stand the wrong way round, extra copies and strangers left aside."""
    for lane, messages in applied.items():
        places = collections.defaultdict(collections.deque)
        for place, (key, at) in enumerate(planned.get(lane, ())):
            places[key, at + judgement.shift].append(place)
        sequence = [places[key, at].popleft() for key, at, _ in messages if places[key, at]]
        for before, after in zip(sequence, sequence[1:]):
            if after < before:
                judgement.order_breaks += 1
                judgement.tell(f"I3 {lane}: record {after} of the list was applied after record {before}")


def judge_rate(judgement, calls, rate):
    for action in sorted({call["call"] for call in calls}):
        most = busiest_second(call["t"] for call in calls if call["call"] == action)
        judgement.busiest[action] = most
        if rate and most > rate:
            judgement.rate_breaches += 1
            judgement.tell(f"I4 {action}: {most} calls in a sliding second, expected at most {rate}")


def judge(records, lines, calls=(), rate=0, tagged=True):
    """All invariants that ledger and input can tell. tagged: every message has to carry a tag."""
    planned, applied = planned_lists(records), applied_lists(lines)
    out = Judgement()
    out.planned, out.applied = (sum(map(len, lists.values())) for lists in (planned, applied))
    out.shift = shift_of(planned, applied)
    judge_tags(out, applied, tagged)
    judge_contents(out, planned, applied)
    judge_order(out, planned, applied)
    judge_rate(out, calls, rate)
    return out


PARTS = ("imported", "recovered", "quarantined", "skipped", "unresolved")


def _amount(value):
    """A count, or counts by reason."""
    return sum(value.values()) if isinstance(value, dict) else value


def judge_balance(documents):
    """I5: every object with `read` and at least one of the parts adds up. How many were seen, and what does not."""
    seen, problems, stack = 0, [], list(documents)
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        if not isinstance(value, dict):
            continue
        stack.extend(itertools.chain(value.values()))
        parts = {name: _amount(value[name]) for name in PARTS if name in value}
        if "read" in value and parts:
            seen += 1
            if _amount(value["read"]) != sum(parts.values()):
                problems.append(f"I5 read {value['read']}, but {parts} add up to {sum(parts.values())}")
    return seen, problems
