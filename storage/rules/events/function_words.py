"""English function words and days, which do not characterise an event. Data only.

Rarity would give them no weight either, but only in an archive with some hundreds of texts; and
they are half of every text.
"""

FUNCTION_WORDS = frozenset(
    """
    a about above after again against all almost also although among an and another any are around
    as at back be because been before being between both but by came can come could day did do does
    down during each even ever every first five for four from further get go got had has have having
    he her here him his how if in into is it its just last less like made make many may me might
    more most much must my near never new next no not now of off on once one only or other our out
    over own put said same say says second see seven shall she should since six so some still such
    take ten than that the their them then there these they this those though three through to today
    told tomorrow too two under until up us very was we week were what when where whether which
    while who whom whose why will with within without would year years yesterday yet you your
    isn't don't doesn't didn't won't can't it's he's she's that's i'm we're they're i've
    re ve ll th st nd rd pm am mr mrs ms monday tuesday wednesday thursday friday saturday sunday
    http https www com org html
    """.split()  # noqa: SIM905  a list would be unreadable
)
