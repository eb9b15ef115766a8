package language

import "strings"

// The lists hold words that carry a sentence and those that reports to a desk are made of. A word may stand in
// several lists; it then tells these languages from the others and nothing among them.
var swedish = strings.Fields(`
	och att det som en är på för av med till den har jag inte om ett vi ni kan men var så från när hur eller nu
	vad där här finns ska skulle måste kunde hade blir blev varit mycket bara också efter över under mellan sedan
	igen idag imorgon igår alla allt någon något några inga ingen ingenting min mitt mina din ditt dina vår vårt våra er ert era
	oss dem dom de hon han sig själv vilken vilket vilka varför vem hej hejsan tack mvh hälsningar vänliga vänlig snälla
	hjälp hjälpa behöver vill kommer går får gick fick gör göra gjort säger står ser fel felet felmeddelande felanmälan
	fungerar funkar logga loggar inloggning inloggningen lösenord konto sidan sidor sida ärende ärendet dator datorn skärm skrivare
	skrivaren nätet långsamt långsam borta öppna öppnar visas visar skickar skicka skickat bifogar bilaga försökt försöker
	kopplad kontakta återkom återkomma löst ännu tyvärr gärna även samma andra annan annat detta denna dessa medan
	än fram nere uppe rad ligger sitter kollega kollegor användare användarna klockan morse måndag tisdag onsdag torsdag fredag
	ja nej okej bra fortfarande problemet händer hänt hittar hitta komma ut in upp ner utan vid åt enligt eftersom
	kassan kunden kunder betala betalning avgift ansökan beslut pengar bidrag faktura fakturan avtal blankett
	ej provat prova testat testa startat starta om felsöka avbrott driftstörning du dig hos nå når snurrar laddar laddas hänger
	krånglar strular saknas vit felkod lösenordet lönespec lönespecen behörighet åtkomst trasig låst glömt byta byter kväll ikväll flera länge längre
	god morgon dag middag eftermiddag natt nytt ny nya`)

var bokmal = strings.Fields(`
	og at det som en er på for av med til den har jeg ikke om et vi dere kan men var så fra når hvor eller nå
	hva der her finnes skal skulle må kunne hadde blir ble vært mye bare også etter over under mellom siden
	igjen idag dag morgen går alle alt noen noe ingen ingenting min mitt mine din ditt dine vår vårt våre deres
	oss dem de hun han seg selv hvilken hvilket hvilke hvorfor hvem hei takk mvh hilsen vennlig vennligst
	hjelp hjelpe trenger vil kommer går får gikk fikk gjør gjøre gjort sier står ser feil feilen feilmelding
	fungerer virker logge logger innlogging innloggingen passord konto siden sider side saken sak datamaskin datamaskinen skjerm skriver
	skriveren nettet treg tregt borte åpne åpner vises viser sender sende sendt vedlegg vedlagt prøvd prøver
	kontakt kontakte løst ennå dessverre gjerne samme andre annen annet dette denne disse mens
	enn fram nede oppe ligger sitter kollega kollegaer bruker brukere brukerne klokken morges mandag tirsdag onsdag torsdag fredag
	ja nei ok bra fortsatt problemet skjer skjedd finner finne komme ut inn opp ned uten ved ifølge fordi
	kunden kunder betale betaling søknad vedtak penger faktura fakturaen avtale skjema
	prøve teste testet startet starte nedetid driftsforstyrrelse stemmer tilgang mangler henvendelse ønsker bli du deg hos
	snurrer laster henger feiler feilkode feilkoden hvit nullstille passordet lønnsslipp lønnsslippen låst stengt utestengt glemt bytte
	bytter hjelper lenger lengre flere galt trykker krasjer logget
	god kveld ettermiddag natt nytt ny nye`)

var nynorsk = strings.Fields(`
	og at det som ein er på for av med til den har eg ikkje om eit vi me de dykk kan men var så frå når kvar eller no
	kva der her finst skal skulle må kunne hadde blir blei vart vore mykje berre òg også etter over under mellom sidan
	igjen dag morgon går alle alt nokon noko nokre ingen ingenting min mitt mine din ditt dine vår vårt våre dykkar
	oss dei ho han seg sjølv kva kvifor kven korleis hei takk mvh helsing vennleg
	hjelp hjelpe treng vil kjem går får gjekk fekk gjer gjere gjort seier står ser feil feilen feilmelding
	fungerer verkar logge loggar innlogging passord konto sida sider side saka sak datamaskin datamaskina skjerm skrivar
	skrivaren nettet treg tregt borte opne opnar visast viser sender sende sendt vedlegg prøvd prøver
	kontakt kontakte løyst enno dessverre gjerne same andre annan anna dette denne desse medan
	enn fram nede oppe ligg sit kollega kollegaer brukar brukarar brukarane klokka måndag tysdag onsdag torsdag fredag
	ja nei bra framleis problemet skjer skjedd finn finne kome kjem ut inn opp ned utan ved fordi
	kunden kundar betale søknad vedtak pengar faktura avtale skjema ynskjer ønskjer vere vore heile ikkje
	du deg hos snurrar lastar feilar feilkode kvit passordet låst gløymt byte byter fleire logga
	god kveld ettermiddag natt nytt ny nye`)

var danish = strings.Fields(`
	og at det som en er på for af med til den har jeg ikke om et vi kan men var så fra når hvor eller nu
	hvad der her findes skal skulle må kunne havde bliver blev været meget bare også efter over under mellem siden
	igen dag morgen går alle alt nogen noget nogle ingen ingenting min mit mine din dit dine vores jeres
	os dem de hun han sig selv hvilken hvilket hvilke hvorfor hvem hej tak mvh hilsen venlig venligst
	hjælp hjælpe behøver vil kommer går får gik fik gør gøre gjort siger står ser fejl fejlen fejlmeddelelse fejlbesked
	fungerer virker logge logger login adgangskode kodeord konto siden sider side sagen sag computer computeren skærm printer
	printeren nettet langsom langsomt væk åbne åbner vises viser sender sende sendt vedhæftet vedhæfter prøvet prøver
	kontakt kontakte løst endnu desværre gerne samme andre anden andet dette denne disse mens
	end frem nede oppe ligger sidder kollega kolleger bruger brugere brugerne klokken morges mandag tirsdag onsdag torsdag fredag
	ja nej ok godt stadig problemet sker sket finder finde komme ud ind op ned uden ved ifølge fordi
	kunden kunder betale betaling ansøgning afgørelse penge faktura fakturaen aftale blive være
	du dig hos fejlkode hvid nulstille længere flere galt adgang mangler låst glemt skifte trykker indlogning logget
	god aften eftermiddag nat nyt ny nye`)

var english = strings.Fields(`
	the of and to a in is it you that he was for on are with as i his they be at one have this from or had by not
	but what all were we when your can said there use an each which she do how their if will up other about out many
	then them these so some her would make like him into time has look two more go see no way could my than been who
	its now find did get come made may after back only our us me am any does doesn't don't can't cannot isn't won't
	i'm it's we're i've hello hi hey dear thanks thank please regards best kind sincerely cheers
	help need want wrong error message messages work works working doesn broken login log logging password account page
	site website screen printer network slow down open opens shows showing sent send attached attachment tried trying
	still again today yesterday tomorrow morning since because every everyone anyone nobody nothing something same issue
	problem ticket user users customer colleague invoice payment report cannot unable keeps getting looks yes okay
	should must before while where why here also just got gets let know very much without until should've reset fix fixed
	load loads loading fails fail failed missing stuck locked access into button crashes crashed spins spinning frozen blank white
	give gives day days remaining new good afternoon evening`)

// letters that not all of the languages write, and how much each tells of a word that has it.
var letters = map[rune]weights{
	'ä': {swedish: .7, other: .2}, 'ö': {swedish: .8, other: .1},
	'ø': {bokmal: 0.8, nynorsk: 0.7, danish: 0.8}, 'æ': {bokmal: 0.5, nynorsk: 0.4, danish: 1},
	'å': {swedish: 0.5, bokmal: 0.5, nynorsk: 0.5, danish: 0.5},
	'ò': {nynorsk: 1},
	'ó': {other: 1.5}, 'í': {other: 1.5}, 'á': {other: 1}, 'ú': {other: 1.5}, 'ß': {other: 2}, 'ü': {other: 1}, 'ñ': {other: 2}, 'ç': {other: 1.5}, 'ł': {other: 2}, 'ã': {other: 1.5}, 'õ': {other: 1.5},
	'ê': {other: .8}, 'è': {other: .4}, 'à': {other: .4}, 'ï': {other: .6}, 'ő': {other: 2}, 'š': {other: 1.5}, 'ž': {other: 1.5},
	'č': {other: 1.5}, 'ð': {other: 2}, 'þ': {other: 2}, 'ý': {other: 1.5}, 'ą': {other: 2}, 'ę': {other: 2}, 'ı': {other: 2},
}

// pieces of words, with _ for a word's edge, that tell the languages apart in words no list has.
var pieces = map[string]weights{
	"ck_": {swedish: .4, english: .2}, "cka": {swedish: .5}, "ckt": {swedish: .5}, "ska": {swedish: .15}, "_ick": {swedish: .4},
	"ör_": {swedish: .5}, "na_": {swedish: .15, nynorsk: .1}, "or_": {swedish: .12}, "ar_": {swedish: .15, nynorsk: .15},
	"lig": {swedish: .1, bokmal: .1, danish: .1}, "het": {swedish: .25, bokmal: .2}, "sjon": {bokmal: .4, nynorsk: .4},
	"sjo": {bokmal: .2, nynorsk: .2}, "tion": {swedish: .2, danish: .2, english: .25}, "kje": {nynorsk: .4, bokmal: .05},
	"leg": {nynorsk: .25}, "eg_": {nynorsk: .15, danish: .05}, "igh": {english: .5}, "ght": {english: .5}, "th_": {english: .4},
	"_th": {english: .4}, "ing_": {english: .2, swedish: .08, bokmal: .08, nynorsk: .08, danish: .08}, "wh": {english: .2},
	"_wh": {english: .4}, "ed_": {english: .15}, "ly_": {english: .3}, "ould": {english: .5}, "eth": {english: .2}, "_sh": {english: .3},
	"øj": {danish: .6}, "øje": {danish: .4}, "øy": {bokmal: .3, nynorsk: .4}, "ej_": {danish: .15, swedish: .15}, "ei_": {bokmal: .1, nynorsk: .1},
	"hv": {bokmal: .2, danish: .2}, "_hv": {bokmal: .4, danish: .4}, "_kv": {nynorsk: .4, bokmal: .3, swedish: .2}, "gt_": {bokmal: .1, danish: .2, swedish: .08},
	"else": {danish: .25, bokmal: .2}, "elser": {danish: .2, bokmal: .2}, "ede_": {danish: .4}, "ede": {danish: .1}, "et_": {bokmal: .08, danish: .08, swedish: .05},
	"tt_": {bokmal: .1, swedish: .15, nynorsk: .1}, "kk": {bokmal: .15, nynorsk: .15}, "kk_": {bokmal: .2, nynorsk: .2}, "nn_": {bokmal: .1, nynorsk: .1},
	"äl":  {swedish: .2},
	"sch": {other: .6}, "ich": {other: .5}, "ein": {other: .2, nynorsk: .1}, "cht": {other: .6}, "ung_": {other: .4}, "eau": {other: .4}, "que": {other: .4, english: .05},
	"oi": {other: .2}, "aux": {other: .4}, "ez_": {other: .5}, "os_": {other: .3}, "ción": {other: 1}, "ão": {other: .6}, "ij": {other: .4}, "ijk": {other: .5},
	"aa": {other: .15}, "ää": {other: .8}, "uu": {other: .4}, "ssa_": {other: .5}, "ään": {other: .8}, "nä_": {other: .5}, "maan": {other: .8}, "lla_": {other: .2}, "inen": {other: .5}, "sz": {other: .5}, "cz": {other: .5},
	"rz": {other: .4}, "zi": {other: .2}, "owa": {other: .4}, "yy": {other: .5}, "ie_": {other: .12}, "en_": {other: .02},
}
