"""Word lists: English function words, common prefixes, everyday words. Data only."""

from __future__ import annotations

# Two adjacent words of which one is a function word are never read as one compound written with a
# space ("are a" is not "area").
FUNCTION_WORDS = frozenset(
    """
    a about above after again against all almost along also although always am among an and another
    any anyone anything are around as at away back be became because become been before behind being
    below between beyond both but by came can cannot come could did do does doing done down during
    each either else enough even ever every everyone everything far few first for from further get
    gets getting go goes going got had has have having he hence her here hers herself him himself
    his how however i if in indeed instead into is it its itself just know last later least less let
    like little long made make makes many may maybe me might mine more most much must my myself near
    need neither never next no nobody none nor not nothing now of off often on once one only onto or
    other others our ours ourselves out over own per perhaps put quite rather really said same saw
    say says see seem seen several shall she should since so some someone something soon still such
    take taken than that the their theirs them themselves then there therefore these they thing this
    those though through thus to together too took toward towards two under until up upon us use
    used very via was way we well went were what whatever when where whether which while who whole
    whom whose why will with within without would yes yet you your yours yourself
    s t d ll m re ve
    """.split()  # noqa: SIM905  a list would be unreadable
)

# Prefixes that are also written with a hyphen or a space before the word.
PREFIXES = frozenset(
    """
    e i m x bio cyber eco electro euro geo inter intra life macro mega med meta micro mini mono
    multi nano neuro non para pharma photo poly pre post pro proto pseudo psycho quasi radio re semi
    socio sub super techno tele therm trans tri ultra uni
    """.split()  # noqa: SIM905  a list would be unreadable
)

# Everyday words that are also names of suppliers and products, or common in health news.
_COMMON = """
    ability able academy access account accurate act action active acute adapt address advance
    advanced adviser age agency agent agile agree aid aim air alert align alive alliance allied ally
    alpha alter amber ambulance amount anchor answer anthem apex apollo app apple apply approach
    arc arch archive area arena ark arrow art aspect aspire asset assist assure atlas audit author
    avenue award aware axis baby balance band bank bar base basic bath beacon beam bear bed bench
    benefit best better bid big bill birth black blaze blend block blood bloom blue board boat body
    bold bolt bond book boost border bottle box brain branch brand bridge brief bright bring broad
    brook budget build builder building bundle business buy cabinet call camera campaign cancer
    canvas capacity capital car card care career carer case cash castle catalyst cause cell central
    centre century cerebro certain chain chair challenge change channel chapter charge charity chart
    check chief child choice choose circle citizen city civil claim class clean clear clever client
    clinic clinical clock close cloud club coach coast code cohort cold collect college column
    combine comet common community company compare compass complete computer concept concern
    concise condition conduct confirm connect connected conquest consent consult contact content
    contract control copy core corner cost council count country course court cover crane create
    credit crest crew crisis critical cross crown cube culture cure current curve custom cut cyber
    cycle daily dart data date day deal debate decide deep define deliver delivery demand dental
    depth design desk detail detect develop device diagnosis dial diamond digital direct director
    discover discovery display distance doctor domain door dot double draw dream drive driver drug
    dynamic eagle early earth ease east easy echo edge edition effect effort elect element elite
    embed embrace emerge empower enable encounter end energy engage engine ensign enter enterprise
    entry epic episode equal era essence essential estate evolve exact example excel exchange expert
    explore express extra eye face fact factor faculty fair faith falcon family fast father feature
    feel field figure file film final find fire firm fit fix flag flame flash flat fleet flex flight
    float floor flow fluid focus follow food foot force forest form format forum forward foundation
    foundry frame free fresh friend front frontier fuel full function fund fusion future gain gamma
    gap garden gate gateway gather gem general genesis giant gift give glass global goal gold good
    govern government grand grant graph great green grid ground group grow growth guard guardian
    guide hand harbour hard harmony harvest haven head heal health healthcare heart heat help hero
    hide high hill history hold home hope horizon hospital host hour house hub human humble ice
    icon idea ideal image imagine impact improve include index individual industry infinity inform
    information innovate innovation insight inspire institute integral integrated intelligence
    interest island issue iris jade job join journal journey joy jump just keep kernel key kind king
    kite knowledge lab ladder lake lamp land language laptop large laser late latitude launch law
    lead leader leaf league leap learn legacy legend lens letter level liberty library licence life
    lift light lighthouse lime line link lion list listen live local lock lodge logic look loop
    lotus love lumen luna mail main major manage management manager mandate manual map marble margin
    mark market marvel mass master match matrix matter maximum maze mean measure medal media medical
    medicine medium meet member memory mental merge merit message metal meter method metro mile mind
    minister minor mint mirror mission mobile model modern module moment money monitor month moon
    morning mosaic mother motion mountain move movement music name nation national natural nature
    navigate navigator nest net network neutral new news nexus night noble noise north note notice
    notion nova number nurse oak oasis object ocean offer office officer olive omega open operate
    optical optimum option oracle orange orbit orchard orchid order organ origin orion other
    outcome outlook output owner oxygen pace pack page pair palace palm panel panorama paper
    parallel parent park part partner party pass path pathway patient pattern pause pay peak pearl
    people perform period person phase phoenix phone picture pilot pine pioneer pivot place plan
    planet plant plate platform play plus point polar police policy pool popular port portal
    position positive post power practice precise premier present president press prevent price
    prime principle print prism private pro problem process product profile program programme
    progress project promise proof protect protocol provide provider public pulse pure purpose
    quality quantum quartz queen quest question quick quiet race radar radio radius rainbow raise
    range rapid rate raven reach read ready real reason rebel record red reflect reform refresh
    region register relay release relief remedy remote report request research resolve resource
    respond response rest result return reveal review rhythm right ring rio rise river road robin
    rocket root rose round route row royal rule run safe safety sage sail salt sand sapphire
    satellite scale scan scene scheme school science scope score scout screen script sea search
    season second secret sector secure security seed select sense sentinel series serve server
    service session set seven shape share sharp shelter shield shift ship shop short show side sign
    signal silver simple single site skill sky small smart smile social society soft solar solid
    solution solve song source south space spark speak special spectrum speed spine spirit spring
    square stable staff stage standard star start state station statement step stone storm story
    strata strategy stream street strength strong structure student study style summit sun sunrise
    supplier supply support sure surface surgery sustain swift switch symphony synergy system table
    talent target task team tech technology tempo tender terra test text theatre theme theory think
    thread thrive tide tiger time titan title today tool top torch total touch tower town track
    trade train transform transit travel treat treatment tree trend trial triangle tribe trigger
    trinity trip triumph true trust truth turn twin type union unit unite united unity universal
    university update urban value vault vector venture verify version vertex vertical victory video
    view village vine virtual vision visit vista vital vivid voice volume voyage wait walk wall ward
    watch water wave web week welcome west wheel white wide wild wind window wing winter wire wise
    wolf wonder wood word work workforce world worth write year yellow young zenith zero zone
"""
COMMON_WORDS = FUNCTION_WORDS | frozenset(_COMMON.split())

# Further everyday words that are or may be names. They are warned of; no text or query is read by
# them, so that the list may grow without an index or a watch meaning something else.
EVERYDAY_WORDS = COMMON_WORDS | frozenset(
    """
    absolute affinity apricot ascend ascribe assemble attend aurora basis birdie blueprint breathe
    bubble butterfly cascade catch cherry civic cleric clover cobalt coordinate cosmos courier crisp
    dawn decipher dialogue distinct dove drift dusk embark ethos evergreen evidence exhale feather
    feedback fern finch fountain gallery guild halo handle happy hazel hive holly honest impulse
    inception induction ink intact invoke ivy keystone kindred lantern lark lattice laurel ledger
    lynx magnet maple meadow mentor meridian needle nourish nurture octopus onyx opal otter paragon
    patch patron pebble penguin perfect pillar pixel plum prompt propel prosper proximity quill
    quilt radiant rally ranger refine relate renew rescue restore ripple robust roster rover saffron
    savvy seek sentry sequel shine silk snowflake sonar sonic sparrow spice spiral splash sprint
    spruce squirrel steady stellar sterling stitch strive studio sunflower supreme surge swan tally
    tandem teal tether thistle thrift tonic trace tracker tranquil tribute trove tulip umbrella
    unify uplift urgent valiant velvet venue verge vibrant vigil virtue weave whisper willow witness
    workday zeal zest
    """.split()  # noqa: SIM905  a list would be unreadable
)

# Everyday words of the field that mean the same to whoever writes them: never warned of.
FIELD_WORDS = frozenset(
    """
    ambulance audit board budget cancer care carer clinic clinical college commission consultation
    contract council cyber data dental diagnosis digital doctor drug government health healthcare
    hospital inquiry maternity medical medicine mental minister ministry nhs nurse office outage
    parliament patient people pharmacy police policy practice privacy procurement programme provider
    public
    record records research secretary security service social software staff supplier surgery
    technology tender treatment trial university vaccine ward workforce
    """.split()  # noqa: SIM905  a list would be unreadable
)
