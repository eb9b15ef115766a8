package reply

import (
	"strings"
	"testing"
)

// attributions are how clients and people announce a quotation, by language. "/" separates wrapped lines.
var attributions = map[string][]string{
	"en": {
		"anna@omdirekt.example said:",
		"On Mon, 15 Dec 2025 18:51:12 +0100, Anna Ek via B4 Relay¦<devnull+anna.ek.omdirekt.example@kernel.example> said:",
		"On Fri, 8 Apr 2022 10:53:53 -0700 Anna Ek wrote",
		"On 9/20/24 22:11, Anna Ek wrote",
		"Replying to [comment:5 annaek]:",
		"On Wed, Nov 27, 2024 at 2:56 PM fengnan chang¦<fengnan@omdirekt.example> wrote:",
		"Quoting Anna Ek (2015-01-05 14:30:12)",
		"* Anna Ek <anna@omdirekt.example> wrote:",
		"On 05/26, Anna Ek wrote:",
		"On Tue 12-03-24 10:11:12, Anna Ek wrote:",
		"Mon, Aug 05, 2024 at 06:43:50PM CEST, anna@omdirekt.example wrote:",
		"On Jan 05 2015, Anna Ek <anna@omdirekt.example> wrote:",
		"Anna Ek wrote",
		"On 22-12-20, 22:39, Anna Ek wrote:",
		"On Mon, 5 Jan 2015 at 14:30, Anna Ek <anna@omdirekt.example> wrote:",
		"On Mon, Jan 05, 2015 at 02:30:12PM +0100, Anna Ek wrote:",
		"On Monday 05 January 2015 14:30:12 Anna Ek wrote:",
		"On 05/01/15 14:30, Anna Ek wrote:",
		"On 2015-01-05 14:30, anna@omdirekt.example wrote:",
		"On 1/5/2015 2:30 PM, Anna Ek wrote:",
		"On Mon, 2015-01-05 at 14:30 +0100, Anna Ek wrote:",
		"On Jan 5, 2015, at 2:30 PM, Anna Ek wrote:",
		"On Mon, 5 Jan 2015, Anna Ek wrote:",
		"On Mon, 5 Jan 2015 14:30:12 +0100¦Anna Ek <anna@omdirekt.example> wrote:",
		"On Mon, Jan 5, 2015 at 2:30 PM, Anna Ek via users <¦users@lists.omdirekt.example> wrote:",
		"Anna Ek <anna@omdirekt.example> writes:",
		"Anna Ek writes:",
		"Anna Ek wrote:",
		"anna wrote:",
		"Anna Ek <anna@omdirekt.example> wrote on 05/01/2015 14:30:12:",
		"\"Anna Ek\" <anna@omdirekt.example> wrote in message¦news:abc@lists.example...",
		"In article <1234@news.example>, Anna Ek wrote:",
		"In message <1234@news.example>, Anna Ek writes:",
		"Quoting Anna Ek <anna@omdirekt.example>:",
		"Quoting Anna Ek (anna@omdirekt.example):",
		"* Anna Ek <anna@omdirekt.example> [2015-01-05 14:30]:",
		"* Anna Ek (anna@omdirekt.example) [150105 14:30]:",
		"* Anna Ek [2015-01-05]:",
		"[Anna Ek, 2015-01-05]",
		"Anna Ek said:",
		"Thus spake Anna Ek (anna@omdirekt.example):",
		"Previously, on Jan 5, Anna Ek said:",
		"According to Anna Ek:",
		"At Mon, 5 Jan 2015 14:30:12 +0100,¦Anna Ek wrote:",
		"At 14:30 05.01.2015, you wrote:",
		"on 5/1/15 14:30, Anna Ek at anna@omdirekt.example wrote:",
		"--- Anna Ek <anna@omdirekt.example> wrote:",
		"--- On Mon, 1/5/15, Anna Ek <anna@omdirekt.example> wrote:",
		"Hello Anna,¦¦Monday, January 5, 2015, 2:30:12 PM, you wrote:",
		"On Mon, Jan 5, 2015 at 2:30 PM, Anna Ek¦<anna@omdirekt.example>wrote:",
		"Am Montag, 5. Januar 2015, 14:30:12 CET schrieb Anna Ek:",
		"From: Anna Ek <anna@omdirekt.example>¦Subject: Re: [users] the lift¦Date: Mon, 5 Jan 2015 14:30:12 +0100",
	},
	"sv": {
		"anna@omdirekt.example (Anna Ek) skriver:",
		"Den fre 26 juni 2020 08:32Anna Ek <anna@omdirekt.example> skrev:",
		"fre 2020-06-26 klockan 08:32 +0200 skrev Anna Ek:",
		"Den 5 januari 2015 14:30 skrev Anna Ek <anna@omdirekt.example>:",
		"Den mån 5 jan. 2015 kl 14:30 skrev Anna Ek <anna@omdirekt.example>:",
		"Den 2015-01-05 kl. 14:30, skrev Anna Ek:",
		"5 jan. 2015 kl. 14:30 skrev Anna Ek <anna@omdirekt.example>:",
		"Anna Ek <anna@omdirekt.example> skrev: (5 januari 2015 14:30:12 CET)",
		"mån 2015-01-05 klockan 14:30 +0100 skrev Anna Ek:",
		"Måndagen den 5 januari 2015 14.30 skrev Anna Ek:",
		"måndag 5 januari 2015 skrev Anna Ek <¦anna@omdirekt.example>:",
		"Anna Ek skrev 2015-01-05 14:30:",
		"Anna Ek skrev:",
		"Anna Ek skriver:",
		"On 2015-01-05, Anna Ek skrev:",
		"Citerar Anna Ek <anna@omdirekt.example>:",
		"Den mån 5 jan. 2015 14:30Anna Ek <anna@omdirekt.example> skrev:",
		"På mån, 05 jan 2015, skrev Anna Ek:",
	},
	"nb": {
		"man. 5. jan. 2015 kl. 14:30 skrev Kari Nordmann <kari@skole.example>:",
		"Den 5. januar 2015 kl. 14:30 skrev Kari Nordmann¦<kari@skole.example>:",
		"5. jan. 2015 kl. 14:30 skrev Kari Nordmann <kari@skole.example>:",
		"På mandag 5. januar 2015 kl. 14:30:12, skrev Kari Nordmann <¦kari@skole.example>:",
		"Den 05.01.2015 14:30, skrev Kari Nordmann:",
		"* Kari Nordmann",
		"Kari Nordmann skrev:",
		"[Kari Nordmann]",
		"Kari Nordmann <kari@skole.example> skreiv:",
		"Den 5. januar 2015 skreiv Kari Nordmann:",
		"Siterer Kari Nordmann <kari@skole.example>:",
		"ty., 06.01.2015 kl. 14.30 +0100, skrev Kari Nordmann:",
	},
	"da": {
		"Den 5. jan. 2015 kl. 14.30 skrev Bo Dam <bo@kommune.example>:",
		"Den man. 5. jan. 2015 kl. 14.30 skrev Bo Dam <bo@kommune.example>:",
		"Den 05-01-2015 kl. 14:30 skrev Bo Dam:",
		"Bo Dam <bo@kommune.example> skrev den 5. januar 2015:",
		"Bo Dam skrev:",
		"On Mon, 5 Jan 2015, Bo Dam skrev:",
		"Citerer Bo Dam <bo@kommune.example>:",
		"man, 05 01 2015 kl. 14:30 +0100, skrev Bo Dam:",
	},
	"fi": {
		"  Yleinen keskustelu sokeille kirjoitti",
		"matti@koulu.example (Matti Virta) kirjoittaa:",
		"Tue, Apr 23, 2024 at 04:36:20PM -0700, Matti Virta kirjoitti:",
		"pe, 2021-09-03 kello 15:49 -0700, Matti von Virta kirjoitti:",
		"28.02.2012 03:03, Matti H. Virta kirjoitti:",
		"24.05.19 00:36 Matti Virta kirjutas:",
		"ma 5. tammik. 2015 klo 14.30 Matti Virta (matti@koulu.example) kirjoitti:",
		"5. tammikuuta 2015 klo 14.30 Matti Virta¦<matti@koulu.example> kirjoitti:",
		"Matti Virta <matti@koulu.example> kirjoitti 5.1.2015 kello 14.30:",
		"Matti Virta kirjoitti 5.1.2015 klo 14:30:",
		"5.1.2015 14:30, Matti Virta kirjoitti:",
		"05.01.2015 14:30, Matti Virta kirjoitti:",
		"ma, 2015-01-05 kello 14:30 +0200, Matti Virta kirjoitti:",
		"Maanantai 05 Tammikuu 2015 14:30, Matti Virta kirjoitti:",
		"maanantai, 5. tammikuuta 2015 14.30.12 Matti Virta kirjoitti:",
		"Matti Virta <matti@koulu.example> kirjoitti:",
		"Matti Virta kirjoitti:",
		"Matti Virta wrote:",
		"Lainaus Matti Virta <matti@koulu.example>:",
		"Lainaus \"Matti Virta\" <matti@koulu.example>:",
		"Viestissä Maanantai 05 Tammikuu 2015 14:30, Matti Virta kirjoitti:",
		"On ma, tammi 05, 2015 at 02:30:12 +0200, Matti Virta wrote:",
		"On 5.1.2015 14.30, Matti Virta wrote:",
		"Matti Virta kirjoittaa:",
		"Matti Virta <matti@koulu.example> kirjoittaa:",
		"Matti Virta kirjoitti viestissään¦<1234@news.example>:",
		"Matti Virta sanoi:",
		"5.1.2015 klo 14.30 Matti Virta kirjoitti:",
		"Ma 5.1.2015 klo 14.30 Matti Virta (matti@koulu.example) kirjoitti:",
		"Päiväys Mon, 5 Jan 2015 14:30:12 +0200¦Matti Virta <matti@koulu.example> kirjoitti:",
		"Mon, 05 Jan 2015 14:30:12 +0200, Matti Virta <matti@koulu.example> kirjoitti:",
		"On Mon, 5 Jan 2015, Matti Virta kirjoitti:",
		"Virta Matti wrote on 5.1.2015 14:30:",
		"Hei,¦¦maanantaina, 5. tammikuuta 2015, kirjoitit:",
		"Matti Virta <matti@koulu.example>¦kirjoitti:",
		"Matti Virta kirjutti:",
	},
	"de": {
		"--- Hans Vogt <hans@werk.example> schrieb am Do, 17.7.2008:",
		"Hans Vogt schrieb am Mon 05. May, 07:10 (-0700):",
		"Hans Vogt schrieb am 2006-01-24:",
		"Am 05.01.2015 um 14:30 schrieb Hans Vogt:",
		"Am 5. Januar 2015 um 14:30 schrieb Hans Vogt <hans@werk.example>:",
		"Am Mo., 5. Jan. 2015 um 14:30 Uhr schrieb Hans Vogt <¦hans@werk.example>:",
		"Am Montag, 5. Januar 2015 14:30 schrieb Hans Vogt:",
		"Am Montag, den 05.01.2015, 14:30 +0100 schrieb Hans Vogt:",
		"Hans Vogt schrieb am 05.01.2015 um 14:30:",
		"Hans Vogt <hans@werk.example> schrieb am Mo., 5. Jan. 2015,¦14:30:",
		"Hans Vogt <hans@werk.example> schrieb:",
		"Hans Vogt schrieb:",
		"Zitat von Hans Vogt <hans@werk.example>:",
		"Hallo Hans!¦¦Am 05 Jan 2015 schrieb Hans Vogt:",
		"On Mon, 05 Jan 2015 at 14:30 (+0100), Hans Vogt wrote:",
		"Hans Vogt, 05.01.2015 14:30:",
		"Also sprach Hans Vogt <hans@werk.example> (Mon, 5 Jan 2015 14:30:12 +0100):",
		"begin  Hans Vogt  schrieb:",
	},
	"fr": {
		"Le Sun, May 26, 2024 at 09:27:58PM +0200, Luc Petit a écrit :",
		"Le mar. 13 août 2019 à 14:33, Luc Petit-Roi a écrit :",
		"Le Monday 11 August 2008 11:22:43 Luc Petit, vous avez écrit :",
		"Le 01/09/2022 à 19:34, Luc Petit a écrit :",
		"Le 5 janvier 2015 à 14:30, Luc Petit <luc@mairie.example> a écrit :",
		"Le lun. 5 janv. 2015 à 14:30, Luc Petit <luc@mairie.example> a¦écrit :",
		"Le 05/01/2015 14:30, Luc Petit a écrit :",
		"Le lundi 05 janvier 2015 à 14:30 +0100, Luc Petit a écrit :",
		"Le Mon, 5 Jan 2015 14:30:12 +0100,¦Luc Petit <luc@mairie.example> a écrit :",
		"Luc Petit a écrit :",
		"Luc Petit a écrit:",
		"Selon Luc Petit <luc@mairie.example>:",
		"Luc Petit <luc@mairie.example> écrivait (wrote) :",
		"Le Monday 5 January 2015 14:30, Luc Petit a écrit :",
		"Le 5 janv. 2015, Luc Petit disait :",
	},
	"nl": {
		"Op 11-10-12 09:51, Jan Smit schreef:",
		"jansmit schreef:",
		"Op 19-08-2021 om 23:04 schreef Jan Smit:",
		"Op 5 januari 2015 14:30 schreef Jan Smit <jan@gemeente.example>:",
		"Op ma 5 jan. 2015 om 14:30 schreef Jan Smit <¦jan@gemeente.example>:",
		"Op 05-01-15 om 14:30 schreef Jan Smit:",
		"Op maandag 5 januari 2015 14:30 schreef Jan Smit:",
		"Jan Smit schreef op ma 05-01-2015 om 14:30 [+0100]:",
		"Jan Smit schreef:",
		"Citeren Jan Smit <jan@gemeente.example>:",
	},
	"es": {
		"On Viernes, 22 de Julio de 2011 18:08:39 Luis Gil escribió:",
		"El 4/2/22 a las 10:45, Luis Gil escribió:",
		"El Sun, 26 Feb 2006 17:21:17 +0100,¦Luis Gil <luis@ayto.example> escribió:",
		"El 5 de enero de 2015, 14:30, Luis Gil <luis@ayto.example> escribió:",
		"El lun, 5 ene 2015 a las 14:30, Luis Gil (<luis@ayto.example>) escribió:",
		"El 05/01/15 14:30, Luis Gil escribió:",
		"El Mon, 05 Jan 2015 14:30:12 +0100¦Luis Gil <luis@ayto.example> escribió:",
		"Luis Gil escribió:",
		"Luis Gil <luis@ayto.example> dijo:",
		"El lunes, 5 de enero de 2015 Luis Gil¦escribió:",
		"Citando a Luis Gil <luis@ayto.example>:",
	},
	"it": {
		"In data venerdì 19 giugno 2026 12:17:17 Ora legale dell’Europa centrale, Ugo Riva ha scritto:",
		"Il giorno 11 ott 2022, alle ore 10:11, Ugo Riva <ugo@comune.example> ha scritto:",
		"Il 23/05/22 10:59, Ugo-Yu Riva ha scritto:",
		"Il giorno 5 gennaio 2015 14:30, Ugo Riva <ugo@comune.example> ha scritto:",
		"Il giorno lun 5 gen 2015 alle ore 14:30 Ugo Riva <ugo@comune.example>¦ha scritto:",
		"Il 05/01/2015 14:30, Ugo Riva ha scritto:",
		"Alle 14:30, lunedì 5 gennaio 2015, Ugo Riva ha scritto:",
		"In data lunedì 5 gennaio 2015 14:30:12, Ugo Riva ha scritto:",
		"Ugo Riva ha scritto:",
		"Ugo Riva wrote:",
		"On Mon 05 January 2015, Ugo Riva wrote:",
	},
	"pl": {
		"Dnia wto 29. styczeń 2002 07:39, Jan Lis napisal:",
		"Uzytkownik Jan Lis napisal:",
		"----- 22 cze 2020 o 18:16, Jan Lis jan@urzad.example napisał(a):",
		"pt., 23 maj 2025 o 01:30 Jan Lis¦<jan@urzad.example> napisał(a):",
		"pon., 16 sty 2023 o 18:50 Jan Lis (Urzad) <jan@urzad.example>¦napisał(a):",
		"śr., 10 lis 2021 o 15:14 Jan Lis <jan@urzad.example> napisał(a):",
		"czw., 11 lis 2021 o 15:14 Jan Lis <jan@urzad.example> napisał(a):",
		"Dnia poniedziałek, 7 stycznia 2019 13:04:14 CET Jan Lis pisze:",
		"W dniu 2016-07-01 o 08:42, Jan Lis pisze:",
		"W dniu 5 stycznia 2015 14:30 użytkownik Jan Lis <jan@urzad.example> napisał:",
		"W dniu 05.01.2015 o 14:30, Jan Lis pisze:",
		"pon., 5 sty 2015 o 14:30 Jan Lis <jan@urzad.example> napisał(a):",
		"Dnia 05-01-2015, pon o godzinie 14:30 +0100, Jan Lis napisał(a):",
		"Dnia poniedziałek 05 styczeń 2015 14:30, Jan Lis napisał:",
		"Użytkownik Jan Lis napisał:",
		"Jan Lis <jan@urzad.example> pisze:",
		"On Mon, 5 Jan 2015, Jan Lis napisał(a):",
	},
	"pt": {
		"Em Wed, 06 Feb 2013 18:18:22 +0100¦Rui Melo <rui@camara.example> escreveu:",
		"Em Sat, 05 May 2018 17:06:50 +0300 Rui Melo escreveu:",
		"Em 23-10-2010 07:20, Rui M. Melo escreveu:",
		"Em 5 de janeiro de 2015 14:30, Rui Melo <rui@camara.example> escreveu:",
		"Em seg., 5 de jan. de 2015 às 14:30, Rui Melo <¦rui@camara.example> escreveu:",
		"Em 05-01-2015 14:30, Rui Melo escreveu:",
		"Em Seg, 2015-01-05 às 14:30 -0200, Rui Melo escreveu:",
		"Rui Melo escreveu:",
	},
	"cs": {
		"Dne 29. 05. 20 v 15:25 Petr Les napsal(a):",
		"Dne Po 7. září 2009 08:22:22 Petr Les napsal(a):",
		"Petr Van Les napsal(a):",
		"Dne 5. ledna 2015 14:30 Petr Les <petr@urad.example> napsal(a):",
		"po 5. 1. 2015 v 14:30 odesílatel Petr Les <petr@urad.example> napsal:",
		"Dne 5.1.2015 v 14:30 Petr Les napsal(a):",
		"Petr Les píše v Po 05. 01. 2015 v 14:30 +0100:",
		"Petr Les napsal:",
		"Dňa 5. 1. 2015 14:30 Petr Les napísal(a):",
	},
	"ru": {
		"13 мая 2020 г., в 11:43, Иван Лес <ivan@gorod.example> написал(а):",
		"В сообщении от 13 September 2008 23:39:46 Ivan Les написал(а):",
		"В сообщении от 10 марта 2010 14:15:49 автор Иван Лес написал:",
		"12.09.2021 19:51, Иван Лес пишет:",
		"On 3 марта 2010 18:42:42 Ivan Les wrote:",
		"5 января 2015 г., 14:30 пользователь Иван Лес <ivan@gorod.example>¦написал:",
		"пн, 5 янв. 2015 г. в 14:30, Иван Лес <ivan@gorod.example>:",
		"05.01.2015 14:30, Иван Лес пишет:",
		"On Mon, 5 Jan 2015 14:30:12 +0300¦Иван Лес <ivan@gorod.example> wrote:",
		"В Пн, 05/01/2015 в 14:30 +0300, Иван Лес пишет:",
		"В письме от 5 января 2015 14:30:12 пользователь Иван Лес написал:",
		"Здравствуйте, Иван.¦¦Вы писали 5 января 2015 г., 14:30:12:",
	},
	"ro": {
		"La 29.01.2024 16:52, Ion Pop a scris:",
		"În mar., 24 mar. 2026 la 17:48, Ion Pop <ion@oras.example> a scris:",
		"În data de Sî, 16-07-2005 la 22:56 -0400, Ion Pop a scris:",
	},
	"tr": {
		"06-06-2011 00:47, Ali Can yazmış:",
		"Ali Can Er yazmış:",
	},
	"el": {
		"Στις 2021-06-06 12:04, nikos@poli.example έγραψε:",
	},
	"hu": {
		"2004-06-17, cs keltezéssel 03:03-kor Nagy Éva ezt írta:",
		"2024-05-24 07:29 időpontban Nagy Éva ezt írta:",
		"2021. 10.  5, kedd keltezéssel 10.27-kor Nagy Éva ezt írta:",
	},
	"zh": {
		"2022年7月22日 00:18，Li Ming <li@shi.example> 写道：",
		"在 2022/11/8 19:04, Li 写道:",
		"在 2015年1月5日，下午2:30，李明 <li@shi.example> 写道：",
		"李明 <li@shi.example> 于2015年1月5日周一 下午2:30写道：",
		"2015-01-05 14:30 GMT+08:00 李明 <li@shi.example>:",
		"於 2015/1/5 14:30，李明 寫道：",
	},
	"ja": {
		"2025-12-01 12:11 に Tanaka Ken さんは書きました:",
		"2015年1月5日(月) 14:30 田中 <tanaka@shi.example>:",
		"2015/01/05 14:30、田中 <tanaka@shi.example> のメール:",
		"田中さんは書きました:",
		"2015年1月5日 14:30 田中 <tanaka@shi.example>:",
	},
}

func TestAttributionsOnTop(t *testing.T) {
	for lang, as := range attributions {
		for _, a := range as {
			a = strings.ReplaceAll(a, "¦", "\n")
			greeting := ""
			if i := strings.Index(a, "\n\n"); i >= 0 {
				greeting = "\n\n" + a[:i] // a greeting above is the person's own word
				a = a[i+2:]
			}
			for _, mail := range []string{
				"Ord som jag skrev själv.%\n\n" + a + "\n> citerat ett\n> citerat två\n",
				"Ord som jag skrev själv.%\n\n" + a + "\n\n> citerat ett\n>\n> citerat två\n",
				"Ord som jag skrev själv.%\n" + a + "\n>citerat ett\n>citerat två\n\n",
			} {
				if strings.HasPrefix(mail[strings.IndexByte(mail, '\n')+1:], "> >") {
					continue
				}
				mail = strings.Replace(mail, "%", greeting, 1)
				want := "Ord som jag skrev själv." + greeting
				if got := Visible(Input{Text: mail}).Reply; got != want {
					t.Errorf("%s: %q: reply = %q, want %q", lang, a, got, want)
				}
			}
		}
	}
}

func TestAttributionsInline(t *testing.T) {
	for lang, as := range attributions {
		for _, a := range as {
			a = strings.ReplaceAll(a, "¦", "\n")
			if i := strings.Index(a, "\n\n"); i >= 0 {
				a = a[i+2:]
			}
			mail := a + "\n> fråga ett\n\nSvar ett.\n\n> fråga två\n\nSvar två.\n"
			r := Visible(Input{Text: mail})
			if want := "Svar ett.\n\nSvar två."; r.Words != want {
				t.Errorf("%s: %q: words = %q, want %q", lang, a, r.Words, want)
			}
			if r.Reply != r.Words {
				t.Errorf("%s: %q: reply = %q, words = %q", lang, a, r.Reply, r.Words)
			}
			if want := "> fråga ett\n\nSvar ett.\n\n> fråga två\n\nSvar två."; r.Inline != want {
				t.Errorf("%s: %q: inline = %q, want %q", lang, a, r.Inline, want)
			}
		}
	}
}

// TestOwnWordsBeforeQuotation guards sentences of a person's own that stand right above a quotation.
func TestOwnWordsBeforeQuotation(t *testing.T) {
	for _, s := range []string{
		"Jag håller inte med om det här:",
		"I get this error message:",
		"The log says:",
		"Så här ser det ut när jag loggar in:",
		"Denna text kom upp kl. 14:30:",
		"Hei, sain tällaisen ilmoituksen:",
		"Ich habe am Montag folgendes bekommen:",
		"Summary of the problem:",
		"See https://omdirekt.example/help for more:",
		"Hej Anna,",
		"1. Logga in",
		"On another note, this part worries me:",
		"Jeg er uenig i det siste avsnittet:",
		"Konfigurationen i /etc/hosts är så här:",
	} {
		mail := "Hej!\n\n" + s + "\n\n> rad ett\n> rad två\n\nKan ni hjälpa mig?\n"
		r := Visible(Input{Text: mail})
		if !strings.Contains(r.Reply, s) || !strings.Contains(r.Reply, "Kan ni hjälpa mig?") {
			t.Errorf("%q: reply = %q: own words lost", s, r.Reply)
		}
	}
}

// TestOwnWordsLikeAttributions guards sentences that look like attributions and have nothing quoted below.
func TestOwnWordsLikeAttributions(t *testing.T) {
	for _, s := range []string{
		"Den 3 maj 2024 kl 14:30 slutade inloggningen att fungera:",
		"On Monday we wrote:",
		"På måndag kommer jag till er.",
		"Am Montag schrieb ich Ihnen bereits.",
		"Le 5 janvier je serai absent :",
		"Anna Ek:",
		"Från: Malmö\nTill: Lund\nDatum: 3 maj",
		"Datum: 3 maj\nTid: 14:30\nPlats: Rådhuset",
		"-- första punkten\n-- andra punkten",
		"Ämne: bilen\nPris: 3000",
		"2024-01-15 14:30:25",
		"Nedan är vad jag skrev:",
	} {
		mail := "Hej!\n\n" + s + "\n\nOch sedan mer text som är min egen.\n"
		if got := Visible(Input{Text: mail}).Reply; got != strings.TrimSpace(mail) {
			t.Errorf("%q: reply = %q, want all of it", s, got)
		}
	}
}
