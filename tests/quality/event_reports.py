"""Reports of made-up events: for each event, what several outlets wrote. Data only.

Events with the same letter are of one kind, about the same places or companies, at another time.
"""

from __future__ import annotations

REPORTS: dict[str, tuple[str, ...]] = {
    "a1": (
        "Thornbury trust signs £4.2m record system deal with Meridian Care. Thornbury and District"
        " NHS Trust has awarded Meridian Care a five-year contract worth £4.2m for an electronic"
        " patient record, its board papers of 16 January show. Chief information officer Ruth"
        " Pallister said wards in Thornbury would start in October.",
        "Meridian Care wins Thornbury. The supplier beat two rivals to a £4.2m electronic patient"
        " record at Thornbury and District, according to papers for the board on 16 January."
        " Pallister, who runs its digital team, expects the first wards to go live in October.",
        "Board approves Meridian. Directors of Thornbury and District NHS Trust approved an"
        " electronic patient record from Meridian Care on 16 January. Ruth Pallister told them that"
        " the £4.2m would be spent over five years.",
    ),
    "a2": (
        "Thornbury halts Meridian Care pharmacy module. An audit by Grant Oakes found 37 wrong"
        " doses in the prescribing module that Thornbury and District NHS Trust took from Meridian"
        " Care. Medical director Imran Sadler stopped its use on 9 November.",
        "Wrong doses: prescribing software stopped. Imran Sadler, medical director, switched off"
        " Meridian Care prescribing on 9 November after auditor Grant Oakes counted 37 wrong doses"
        " at Thornbury and District.",
        "Auditor Oakes lists 37 dosing errors. The medical director of Thornbury and District,"
        " Imran Sadler, ordered the prescribing module off on 9 November. Meridian Care said a"
        " unit conversion was wrong.",
    ),
    "b1": (
        "Ransomware closes Larkfield pathology. Analysers at Larkfield Pathology stopped on 3 June"
        " after the Quillback gang encrypted its servers. Blood tests for six hospitals in Marden"
        " were sent to Eastholme, said director Nia Prosser.",
        "Quillback gang claims attack on blood tests. Larkfield Pathology, which serves six"
        " hospitals in Marden, went offline on 3 June. Nia Prosser, its director, said that samples"
        " go to Eastholme by courier.",
        "Six Marden hospitals without blood tests. Servers of Larkfield Pathology were encrypted by"
        " Quillback on 3 June, and director Nia Prosser diverted samples to Eastholme.",
    ),
    "b2": (
        "Stolen laptops: Larkfield Pathology fined. The information commissioner fined Larkfield"
        " Pathology £310,000 on 21 September for eleven laptops that were stolen at Dunmere station"
        " with records of 8,400 patients.",
        "£310,000 fine for eleven lost laptops. Records of 8,400 patients were on machines stolen"
        " from staff of Larkfield Pathology at Dunmere station, the information commissioner said"
        " on 21 September.",
        "Commissioner fines laboratory. Larkfield Pathology pays £310,000 after a theft at Dunmere"
        " station, where eleven laptops with 8,400 patient records went.",
    ),
    "c1": (
        "Kestrel Health buys Oxbow Imaging for £86m. Kestrel Health, owned by Halvorsen Partners,"
        " takes over Oxbow Imaging of Leith. Founder Moira Tennant stays for two years.",
        "Oxbow Imaging sold. Moira Tennant has sold her Leith company Oxbow Imaging for £86m to"
        " Kestrel Health, which belongs to Halvorsen Partners.",
        "Halvorsen's Kestrel adds imaging. For £86m Kestrel Health gets Oxbow Imaging, its 140"
        " staff in Leith and founder Moira Tennant.",
    ),
    "c2": (
        "Kestrel Health sells hospices to Ambleton. Kestrel Health is to sell its nine hospices in"
        " Cumbria to the Ambleton Trust for £12m, chairwoman Freya Lindqvist said.",
        "Nine hospices change hands. The Ambleton Trust pays £12m for the Cumbria hospices of"
        " Kestrel Health, according to Freya Lindqvist.",
        "Ambleton Trust takes over Cumbria hospices. Freya Lindqvist confirmed that all nine come"
        " from Kestrel Health, for £12m.",
    ),
    "d1": (
        "MPs told of 212 cancelled operations at Brackwell. In an answer to Tessa Monkton on"
        " 4 March, the minister said 212 operations were cancelled at Brackwell General when its"
        " Solace theatre system failed.",
        "Solace failure cancelled 212 operations. Minister answers Tessa Monkton: theatres of"
        " Brackwell General had no Solace lists on two days.",
        "Brackwell General lost 212 operations to a theatre system. The figure was given to Tessa"
        " Monkton in Parliament on 4 March. Solace is made by Pellworth.",
    ),
    "d2": (
        "Brackwell General opens £58m children's wing. Princess Adela opened the Juniper wing of"
        " Brackwell General, built by Coverdale, on 28 August.",
        "Princess Adela opens Juniper wing. The £58m building by Coverdale at Brackwell General has"
        " 64 beds for children.",
        "64 beds for children: Juniper wing opened at Brackwell General. Coverdale built it for"
        " £58m. Princess Adela cut the ribbon on 28 August.",
    ),
}
