"""The names of months and their abbreviations in European languages and Arabic. Pure."""

from __future__ import annotations

# January to December; "-": the form is listed already, or is another month in another language:
# "listopada" is November in Polish and October in Croatian
_NAMES = """
    january february march april may june july august september october november december
    jan feb mar apr may jun jul aug sep oct nov dec
    - - - - - - - - sept - - -
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janv févr - avr - - juil - - - - déc
    - fevrier - - - - - aout - - - decembre
    januar februar märz april mai juni juli august september oktober november dezember
    jänner feber mär - - - - - - okt - dez
    - - maerz - - - - - - - - -
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    ene - - abr - - - ago - - - dic
    - - - - - - - - setiembre - - -
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gen - - - mag giu lug - set ott - -
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    - fev marco - - - - - - out - -
    januari februari maart april mei juni juli augustus september oktober november december
    - - mrt - - - - - - - - -
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    - - - - - - - - - - - des
    - - - - - - - - - - - desember
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października - grudnia
    ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
    ledna února března dubna května června července srpna září října listopadu prosince
    januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
    januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra
    siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna - studenoga prosinca
    - - - - - - - - - - studenog -
    január február március április május június
      július augusztus szeptember október november december
    ianuarie februarie martie aprilie mai iunie
      iulie august septembrie octombrie noiembrie decembrie
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta
      heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
    jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
    janvāris februāris marts aprīlis maijs jūnijs
      jūlijs augusts septembris oktobris novembris decembris
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου
      ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
    януари февруари март април май юни юли август септември октомври ноември декември
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember
    gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
    xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    - - - ابريل - - - اغسطس - اكتوبر - -
    eanáir feabhra márta aibreán bealtaine meitheamh iúil lúnasa - - samhain nollaig
"""

MONTHS = {name: at % 12 + 1 for at, name in enumerate(_NAMES.split()) if name != "-"}
# longest first, so that "september" is not read as "sep"; no letter may follow
MONTH_NAME = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![^\W\d_])\.?"


def month_number(name: str) -> int:
    """Return the number of a month by a name that `MONTH_NAME` matches, in any case."""
    return MONTHS[name.lower().rstrip(".")]
