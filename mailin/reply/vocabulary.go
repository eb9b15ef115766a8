package reply

import "strings"

// tongue is what attributions say in one language. Words are in lower case, without accents only where people write
// them so.
type tongue struct {
	verbs  string // the last or decisive word of "Anna wrote:"
	weak   string // verbs that count only beside a date or an address
	starts string // words an attribution begins with when a date follows
	quotes string // words that announce a quotation by themselves, "Quoting Anna:"
	months string
	days   string
}

// tongues are those we have seen in mails to Nordic desks and on open lists.
var tongues = []tongue{
	{ // English
		verbs:  "wrote writes wrote: scribbled",
		weak:   "said says sent spake typed stated wrotes scrawled mused quoth added asked replied",
		starts: "on at in from",
		quotes: "quoting according replying",
		months: "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
		days:   "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun",
	},
	{ // Swedish
		verbs:  "skrev skriver skrivit",
		weak:   "sade sa säger skickade svarade",
		starts: "den på vid i",
		quotes: "citerar citat",
		months: "januari februari mars april maj juni juli augusti september oktober november december okt",
		days:   "måndag tisdag onsdag torsdag fredag lördag söndag mån tis tors fre lör sön må ti on to fr lö sö måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen",
	},
	{ // Norwegian, both forms, and Danish
		verbs:  "skrev skreiv skreve skriver skriv skrevet",
		weak:   "sa sier sagde siger sendte svarte svarede",
		starts: "den på i kl",
		quotes: "siterer sitat citerer",
		months: "januar februar mars marts april mai maj juni juli august september oktober november desember december des",
		days:   "mandag tirsdag onsdag torsdag fredag lørdag søndag laurdag sundag måndag tysdag man tir ons tor tors fre lør søn tirs tys lau må ty su",
	},
	{ // Finnish
		verbs:  "kirjoitti kirjoittaa kirjoittivat kirjotti kirjottaa kirjoitteli kirjoittelee kirjoitit kirjoitin kirjoitettiin kirjoitin kirjutti kirjoittanut",
		weak:   "sanoi totesi kertoi kysyi vastasi lausui tuumasi raapusti naputteli lähetti sepitti kyseli väitti mietti ilmoitti sanoo kirjasi tokaisi mainitsi",
		starts: "päiväys viestissä viestissäsi kirjoituksessa",
		quotes: "lainaus lainataan",
		months: "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak marrask jouluk",
		days:   "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ma ti ke to pe la su",
	},
	{ // German
		verbs:  "schrieb schreibt schrieben geschrieben schriebst",
		weak:   "sagte meinte sprach tippte meint fragte antwortete schrob sagt hackte",
		starts: "am den vom um",
		quotes: "zitat zitiere zitierend",
		months: "januar jänner februar märz april mai juni juli august september oktober november dezember mär okt dez",
		days:   "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so mon die mit don fre sam son",
	},
	{ // French
		verbs:  "écrit ecrit écrivait écrivit écrivez écrivais ecrivait ecrivit",
		weak:   "disait dit dixit répondit envoyé tapota exprimé",
		starts: "le du dans",
		quotes: "selon citant citation",
		months: "janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre janv févr fevr avr juil déc sept",
		days:   "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
	},
	{ // Dutch
		verbs:  "schreef schrijft geschreven schreven",
		weak:   "zei zegt stuurde",
		starts: "op de",
		quotes: "citeren citaat",
		months: "januari februari maart april mei juni juli augustus september oktober november december mrt okt",
		days:   "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma di wo do vr za zo maa din woe don vri zat zon",
	},
	{ // Spanish, Catalan
		verbs:  "escribió escribio escribe escribía escrito escribiste escribieron escriure escrigué escrit",
		weak:   "dijo envió dice comentó",
		starts: "el en a con",
		quotes: "citando",
		months: "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago dic",
		days:   "lunes martes miércoles miercoles jueves viernes sábado sabado domingo lun mié mie jue vie sáb dom",
	},
	{ // Italian
		verbs:  "scritto scrive scriveva scrisse",
		weak:   "detto disse inviato diceva",
		starts: "il in alle lo nel",
		quotes: "citando",
		months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre gen mag giu lug ago set ott dic",
		days:   "lunedì martedì mercoledì giovedì venerdì sabato domenica lunedi martedi mercoledi giovedi venerdi lun mar mer gio ven sab dom",
	},
	{ // Polish
		verbs:  "napisał napisała napisal napisala pisze pisał pisała napisano napisana",
		weak:   "powiedział odpowiedział rzekł",
		starts: "w dnia dnia, użytkownik wiadomość",
		quotes: "cytowanie cytat cytuję",
		months: "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia sty lut mar kwi maj cze lip sie wrz paź lis gru styczeń luty marzec kwiecień czerwiec lipiec sierpień wrzesień październik listopad grudzień",
		days:   "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wto śro czw pią sob nie wt śr czw pt so niedz ndz",
	},
	{ // Portuguese
		verbs:  "escreveu escreve escrevia escreveram escreveste",
		weak:   "disse enviou",
		starts: "em no na às em:",
		quotes: "citando",
		months: "janeiro fevereiro março marco abril maio junho julho agosto setembro outubro novembro dezembro fev abr mai ago set out dez",
		days:   "segunda terça quarta quinta sexta sábado domingo seg ter qua qui sex sáb",
	},
	{ // Czech, Slovak
		verbs:  "napsal napsala píše pise napísal napísala napisal",
		weak:   "řekl",
		starts: "dne dňa v ve",
		quotes: "cituji citát",
		months: "ledna února března dubna května června července srpna září října listopadu prosince januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra leden únor březen duben květen červen červenec srpen říjen listopad prosinec",
		days:   "pondělí úterý středa čtvrtek pátek sobota neděle po út st čt pá so ne stredu štvrtok piatok",
	},
	{ // Russian, Ukrainian, Bulgarian
		verbs:  "писал писала пишет пишете написал написала пише написав написала писали писав написа пишеш",
		weak:   "сказал отправил ответил сказала",
		starts: "в во на от",
		quotes: "цитирую",
		months: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря янв фев мар апр июн июл авг сен сент окт ноя нояб дек січ лют бер квіт трав черв лип серп вер жовт лист груд января",
		days:   "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье пн вт ср чт пт сб вс нд",
	},
	{ // Hungarian, Romanian, Turkish, Croatian and Serbian, Slovene, Baltic, Icelandic, Greek, Vietnamese, others
		verbs:  "írta írja ezt:írta scris yazdı yazmış napisao napisala napisal/a rašė rakstīja kirjutas skrifaði ritaði έγραψε viết menulis skribis כתב كتب",
		starts: "în pe dana vào pada tarihinde la je στις vte",
		months: "január február március április május június július szeptember október ianuarie februarie martie aprilie iunie iulie ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık tháng veebruar märts aprill juuni juuli",
		days:   "hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi vineri sâmbătă duminică",
	},
}

// asian are phrases of scripts without spaces between words; they are looked for as they stand.
var asian = []string{"写道", "寫道", "写到", "寫到", "书写", "書きました", "書いて", "さんは", "さんが", "からの引用", "のメッセージ", "님이 작성", "작성:", "쓴 글"}

// word is a set of things a word may be; many are several ("mar", "di", "on").
type word uint8

const (
	isVerb word = 1 << iota
	isWeak
	isStart
	isQuoting
	isMonth
	isDay
)

var vocabulary = func() map[string]word {
	m := map[string]word{}
	add := func(words string, w word) {
		for s := range strings.FieldsSeq(words) {
			m[s] |= w
		}
	}
	for _, t := range tongues {
		add(t.verbs, isVerb)
		add(t.weak, isWeak)
		add(t.starts, isStart)
		add(t.quotes, isQuoting)
		add(t.months, isMonth)
		add(t.days, isDay)
	}
	return m
}()
