package outage

import (
	"slices"
	"strings"
	"sync"
)

// thesaurus is what people call the same thing: on each line words of one meaning in English, Swedish and Norwegian, as
// they stand in letters to a desk. A word may stand on several lines. The desk's own mail teaches more, see latent, but
// not what nobody has written yet, nor what a Swede's and a Norwegian's word have in common.
const thesaurus = `
login logon signin sign log inlogg logga inloggning innlogging innlogget pålogging innloggingen
logout signout utlogg utloggning utlogging utlogget
password passcode pin pinkod lösenord passord lösenordet passordet kod kode code pass kodeord
locked lockout blocked suspended frozen disabled låst spärrad spärrat blockerad blockerat avstängd avstängt stengt sperret blokkert frosset deactivated
unlock unblock reactivate aktivera aktivere activate activation aktivering
access permission rights authorised authorized behörighet åtkomst tilgang rettighet rättighet tillträde allowed tillåtet lov
identity id identification verify verification authenticate confirm verifiera verifisere legitimera legitimation bankid identitet bekräfta bekrefte intyga
account konto konton kontot kontoen profile profil användare bruker user
error fault bug failure fel felet feil feilen felmeddelande feilmelding felkod failing
broken defective damaged trasig sönder sönderslagen ødelagt skadet skadad defekt
crash crashes freeze hang hänger fryser krasjer kraschar krasch kraschade henger
down offline unavailable nere nede ner otillgänglig utilgjengelig unreachable outage avbrott driftstopp driftstörning driftsstans
work function operate fungera fungerar funkar funka fungerer fungere virker virke working works
slow sluggish laggy lag långsam långsamt seg segt tröga trög treg tregt sakte
stuck jammed fastnat fast fastkilt fastnar sitter
swallow swallowed eat ate retain retained kept svalde svalt slukt slukte behöll
missing lost gone disappear disappeared vanish vanished saknas försvunnen försvann borttappad tappat mistet forsvant borte mangler misplaced lose
stolen theft steal thief stulen stulet stöld stjålet tyveri robbed
find locate found search hitta hittar finna finne finner søke søk leta sök lete look
show display appear visible see visa visas visar syns vise vises synlig view
hide hidden dölj dold skjul skjult
open opens öppna öppnas åpne åpnes åpner
close closed terminate shut stäng stänga stängt stängd lukke avsluta avslutta avslutte
delete remove erase clear radera slette fjerne fjern bort wipe
cancel cancelled canceled cancellation abort stop revert undo avbryt avbryta avboka avbeställa avlys avlyse avbestille kansellere ångra angre stoppa stoppe ställa inställd halt
change modify alter edit update adjust ändra ändras ändring byta byt bytte endre endring redigera redigere uppdatera oppdater oppdatere justera switch convert
create make new add set ny nytt skapa lage opprett opprette lägga legg legge tillägg
save store spara sparar lagre lagret
send sent deliver submit skicka skickat skickar sende sendte sendt leverera levere
receive received get got arrive arrived arrival come delivery delivered få fått mottagit motta mottatt ankomma ankom ankommer levererat leverans levering kommit fram
mail email letter brev epost mejl post
upload attach attachment uppladdning bifoga bilaga vedlegg
download hämta nedladdning nedlasting
print printer scanner skrivare skriver utskrift
computer laptop pc machine dator datorn datamaskin maskin
phone mobile cell smartphone cellphone telefon mobil mobilen mobiltelefon telefonen handset
app application program appen programmet programvara software programvare applikasjon
website site page webpage webb webben sida sidan side nettside hjemmeside hemsida portal portalen
internet network wifi connection nät nätet nätverk nätverket nett nettet nettverk uppkoppling tilkobling anslutning forbindelse broadband bredband
screen monitor display skärm skärmen skjerm
button click press knapp knappen trykke trycka klicka klikke
list overview lista liste oversikt översikt
question ask wonder query inquiry fråga undrar spør spørre lurer undre curious
information info details detail uppgifter opplysninger detaljer informasjon data
explain explanation reason cause why förklara forklare orsak årsak grunn
help assist assistance support hjälp hjälpa hjelp hjelpe stötta
contact call reach ring ringa ringe kontakta kontakte phone telefonera dial
money cash funds pengar pengarna penger pengene kontanter kontant belopp beløp sum amount
pay payment paid purchase buy bought betala betalning betalt betale betaling köpa köpt köp kjøpe kjøpt kjøp spend spent transaction order
bill invoice faktura räkning fakturan fakturaen regning invoiced
fee charge charged cost price surcharge fine avgift avgiften kostnad kostar kosta pris gebyr koste koster prisen expensive extra rate
free gratis kostnadsfri kostenfri complimentary
refund reimburse reimbursement återbetala återbetalning refusion refusjon tilbakebetale tilbakebetaling repay moneyback
return returned reverse reverted retur returnera returnere tillbaka tilbake back
transfer wire remit remittance swift sepa överföra överföring överför overføre overføring overfør
deposit topup insätta insättning innskudd
withdraw withdrawal atm cashpoint uttag uttaget minibank uttak bankomat cashmachine
balance saldo saldot remaining kvar igjen
bank banken
card cards kort kortet kortene bankkort visa mastercard
debit credit kredit kreditt
loan mortgage lån lånet borrow låna låne
interest ränta räntan rente
tax taxes skatt skatten irs
salary wage wages pay paycheck payday income lön lönen lønn inkomst inntekt earnings
pension retirement pensjon alderspension
insurance coverage insured försäkring forsikring policy
currency exchange valuta valutan växla veksle kurs växelkurs conversion foreign utländsk utenlandsk
limit maximum max cap minimum gräns gränsen grense tak begränsning restriction begrensning
declined rejected refused denied reject decline refuse deny nekad nekades avvisad avslag avvist nektet avslått avböjd
accept accepted approve approved agree godkänn godkänna godkänd godkjenne godkjent acceptera akseptere
pending waiting processing processed väntar väntande venter ventende behandlas behandles await
delay delayed late overdue sen sent försenad försening forsinket forsinkelse dröjer
urgent asap immediately soon quickly fast bråttom omgående snabbt snarast haster raskt straks fort
wait long time duration take takes längd tid lang länge varighet hours
when date day schedule calendar datum dag dato kalender dagen tidpunkt time
tomorrow imorgon morgen imorgen
today idag dag ikväll kveld tonight
yesterday igår
week vecka veckan uke uken weekly
month månad månaden måned måneden monthly
year år året yearly annual
hour hours timme timmar time timer minute minutes minut minuter minutter
early earlier tidigare tidigere tidlig before före før
wrong incorrect mistake inaccurate fel felaktig felaktigt feil feilaktig gal galt misstag error erroneous
twice double duplicate dubbelt dubbla dobbelt to ganger två gånger multiple
recognise recognize unknown unfamiliar unauthorised unauthorized okänd ukjent gjenkjenne fraud fraudulent suspicious bedrägeri svindel scam compromised hacked
secure security safe safety säkerhet säker sikkerhet trygg sikker
virus malware phishing nätfiske spam skräppost søppelpost
address adress adressen adresse move moved flytta flyttat flytte flyttet
name namn namnet navn navnet surname efternamn etternavn called
child children kid kids barn barnet barna pupil student elev eleven elever elevene
parent parents guardian vårdnadshavare förälder föräldrar foresatte forelder foreldre mor far
school skola skolan skole skolen
preschool kindergarten daycare förskola förskolan dagis barnehage barnehagen
teacher lärare läraren lærer læreren
grade grades marks betyg karakter karakterer
class lesson course lektion klass klassen time klasse kurs kursen
absence absent sick ill frånvaro fravær sjuk sjukanmälan syk sykemelding leave
vacation holiday pto semester ferie ledighet ledig dayoff
application apply applied form ansökan ansöka søknad søknaden søke blankett skjema skjemaet formulär formuläret
certificate diploma intyg attest bevis sertifikat certifikat
case ticket matter ärende ärendet sak saken
municipality council kommun kommunen kommune
decision ruling beslut beslutet vedtak
meeting appointment möte mötet bokad tid møte møtet avtale reunion conference
book booking reserve reservation boka bokning bestille bestilling reservera reservasjon bokat reservere table bord
ticket biljett biljetten billett
hotel room hotell rom rum lodging
flight plane airline fly flyg flyget flygning flyplass airport flygplats luggage bagage bagasje
travel trip journey abroad resa resan resor reise reisen utomlands utlandet utenlands visit
train bus tåg tåget buss bussen tog toget transport metro subway tunnelbana
car vehicle auto bil bilen
tire tyre däck däcket dekk dekket wheel hjul
oil olja olje
fuel gas petrol bensin diesel drivstoff bränsle mileage mpg
repair fix mend service maintenance reparera laga underhåll reparere vedlikehold verkstad verksted shop inspected serviced
traffic road route directions väg vägen vei veien trafik trafikk rutt
distance far near nearest close avstånd avstand långt langt nära nær närmaste nærmeste nearby miles kilometers
location place where plats platsen sted stedet position gps posisjon
country europe eu land landet landene european international internationell internasjonal
weather forecast temperature rain snow väder vädret vær været regn snø snö temperatur sun sol vind wind cold hot varm kald kall degrees
music song play playlist spela spill spille musik musikk låt låten sang sangen track sång listen lyssna
volume loud ljud lyd sound audio louder quiet tyst stille
movie film filmen cinema bio kino series tv serie theater theatre screening
alarm wake alarmen väckarklocka vekkerklokke väck vekke vekk
remind reminder reminders påminnelse påminn påminnelser påminna påminnelsen huske minn minne remember
timer countdown nedtelling nedräkning
snooze snooza utsett utsette skjut postpone
food meal eat cook recipe dish mat maten rett måltid recept oppskrift laga lage matlaging ingredients ingredient
restaurant cafe restaurang restauranten restaurangen spisested dinner lunch middag lunsj
shopping groceries list handla handle inköp innkjøp buy
rate rating review stars betygsätt vurdering vurder vurdere stjerner stjärnor omdöme give poeng points score recension recommend recommended
joke funny laugh vits skämt fun
language translate translation speak språk översätt oversette oversett spanish french english german
spell spelling letters stava stave bokstav
definition meaning define mean betyder betydelse betyr betydning
calculate math plus sum räkna regne beregn calculator
number digits nummer tall siffra tal
light lights lamp ljus lampa lys lampe
door key dörr dør nyckel nøkkel
heating thermostat värme varme heat degrees
water vatten vann
electricity power ström strøm el elektrisitet
waste garbage rubbish trash sopor avfall søppel renovation renovasjon
parking park parkering parkera parkere
building house home apartment rent hus bostad bolig lägenhet leilighet hyra leie hem hjem
doctor hospital health sjukvård läkare lege sykehus helse hälsa
medicine prescription recept resept läkemedel medisin
job employment employee staff work jobb arbete anställd ansatt arbeid stilling
boss manager chef sjef leder
customer client member kund kunden kunde medlem
agent representative human person människa menneske handläggare saksbehandler
complaint complain klaga klagomål klage klagen dissatisfied
promise offer campaign discount erbjudande rabatt tilbud rabatter sale reward points bonus
subscription subscribe abonnemang abonnement prenumeration prenumerera abonnere
install installation installera installere setup konfigurera
version upgrade uppgradera uppgradering oppgradering oppgradere update uppdatering oppdatering
sync synchronise synkronisera synkronisering synkronisere
backup säkerhetskopia sikkerhetskopi restore återställ återställa gjenopprette reset nollställ tilbakestille tilbakestill
link länk länken lenke lenken lenka url
image picture photo bild bilden foto fotot bilde bildet
video stream strömma strømme
document file fil filen filer dokument dokumentet pdf
text message sms meddelande meddelandet melding meldingen notification notis avisering varsel varsling
language setting settings inställning inställningar innstilling innstillinger option options preferences alternativ valg
share sharing dela dele deler
copy paste kopiera kopiere
import export importera eksportere importere
report rapport rapporten rapportera rapportere statement utdrag
sale store shop butik butikken merchant affär forretning
cheaper cheap billig billigt
start begin börja börjar begynne starte starta
finish end complete slut sluta ferdig klar färdig completed done
continue proceed fortsätta fortsette
need require want behöver behøver trenger vill ønsker önskar must
different other another annan annet andre annen
physical virtual disposable virtuell
replace replacement spare second ersätta ersättning erstatning erstatte ersättningskort reserve
expire expired expiration expiry valid utgånget giltig utløpt utløper gyldig utgången
link linking connect connected koppla kopple pair koble tilkoble ansluta
age old young gammal gammel ålder alder
owner made maker created creator author skapare skaper utvecklare
bot robot ai computer real human människa menneske
hobby hobbies interests fritid fritidsintressen
`

// meanings are the features of a thesaurus' lines, by the number of a word's stem.
type meanings map[uint32][]uint32

// meant is the thesaurus as letters are read with it. It is made with the first letter: most commands read none.
var meant = sync.OnceValue(func() meanings { return newMeanings(thesaurus) })

func newMeanings(text string) meanings {
	m := meanings{}
	for line := range strings.Lines(text) {
		id := wordID("meaning " + strings.TrimSpace(line))
		for _, w := range strings.Fields(line) {
			for _, s := range stemIDs(w) {
				if !slices.Contains(m[s], id) {
					m[s] = append(m[s], id)
				}
			}
		}
	}
	return m
}
