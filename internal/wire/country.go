package wire

import "strings"

// unknownCountry is the value that says that a country is not known; it denies.
const unknownCountry = "UNKNOWN"

// assignedCountries are the 249 officially assigned codes of ISO 3166-1: alpha-2,
// alpha-3 and a short English name.
const assignedCountries = `AD AND Andorra;AE ARE United Arab Emirates;AF AFG Afghanistan;AG ATG Antigua and Barbuda;AI AIA Anguilla;AL ALB Albania;AM ARM Armenia;AO AGO Angola;AQ ATA Antarctica;AR ARG Argentina;AS ASM American Samoa;AT AUT Austria;AU AUS Australia;AW ABW Aruba;AX ALA Aland Islands;AZ AZE Azerbaijan
BA BIH Bosnia and Herzegovina;BB BRB Barbados;BD BGD Bangladesh;BE BEL Belgium;BF BFA Burkina Faso;BG BGR Bulgaria;BH BHR Bahrain;BI BDI Burundi;BJ BEN Benin;BL BLM Saint Barthelemy;BM BMU Bermuda;BN BRN Brunei;BO BOL Bolivia;BQ BES Bonaire, Sint Eustatius and Saba;BR BRA Brazil;BS BHS Bahamas;BT BTN Bhutan;BV BVT Bouvet Island;BW BWA Botswana;BY BLR Belarus;BZ BLZ Belize
CA CAN Canada;CC CCK Cocos Islands;CD COD DR Congo;CF CAF Central African Republic;CG COG Congo;CH CHE Switzerland;CI CIV Cote d'Ivoire;CK COK Cook Islands;CL CHL Chile;CM CMR Cameroon;CN CHN China;CO COL Colombia;CR CRI Costa Rica;CU CUB Cuba;CV CPV Cabo Verde;CW CUW Curacao;CX CXR Christmas Island;CY CYP Cyprus;CZ CZE Czechia
DE DEU Germany;DJ DJI Djibouti;DK DNK Denmark;DM DMA Dominica;DO DOM Dominican Republic;DZ DZA Algeria
EC ECU Ecuador;EE EST Estonia;EG EGY Egypt;EH ESH Western Sahara;ER ERI Eritrea;ES ESP Spain;ET ETH Ethiopia
FI FIN Finland;FJ FJI Fiji;FK FLK Falkland Islands;FM FSM Micronesia;FO FRO Faroe Islands;FR FRA France
GA GAB Gabon;GB GBR United Kingdom;GD GRD Grenada;GE GEO Georgia;GF GUF French Guiana;GG GGY Guernsey;GH GHA Ghana;GI GIB Gibraltar;GL GRL Greenland;GM GMB Gambia;GN GIN Guinea;GP GLP Guadeloupe;GQ GNQ Equatorial Guinea;GR GRC Greece;GS SGS South Georgia and the South Sandwich Islands;GT GTM Guatemala;GU GUM Guam;GW GNB Guinea-Bissau;GY GUY Guyana
HK HKG Hong Kong;HM HMD Heard Island and McDonald Islands;HN HND Honduras;HR HRV Croatia;HT HTI Haiti;HU HUN Hungary
ID IDN Indonesia;IE IRL Ireland;IL ISR Israel;IM IMN Isle of Man;IN IND India;IO IOT British Indian Ocean Territory;IQ IRQ Iraq;IR IRN Iran;IS ISL Iceland;IT ITA Italy
JE JEY Jersey;JM JAM Jamaica;JO JOR Jordan;JP JPN Japan
KE KEN Kenya;KG KGZ Kyrgyzstan;KH KHM Cambodia;KI KIR Kiribati;KM COM Comoros;KN KNA Saint Kitts and Nevis;KP PRK North Korea;KR KOR South Korea;KW KWT Kuwait;KY CYM Cayman Islands;KZ KAZ Kazakhstan
LA LAO Laos;LB LBN Lebanon;LC LCA Saint Lucia;LI LIE Liechtenstein;LK LKA Sri Lanka;LR LBR Liberia;LS LSO Lesotho;LT LTU Lithuania;LU LUX Luxembourg;LV LVA Latvia;LY LBY Libya
MA MAR Morocco;MC MCO Monaco;MD MDA Moldova;ME MNE Montenegro;MF MAF Saint Martin;MG MDG Madagascar;MH MHL Marshall Islands;MK MKD North Macedonia;ML MLI Mali;MM MMR Myanmar;MN MNG Mongolia;MO MAC Macao;MP MNP Northern Mariana Islands;MQ MTQ Martinique;MR MRT Mauritania;MS MSR Montserrat;MT MLT Malta;MU MUS Mauritius;MV MDV Maldives;MW MWI Malawi;MX MEX Mexico;MY MYS Malaysia;MZ MOZ Mozambique
NA NAM Namibia;NC NCL New Caledonia;NE NER Niger;NF NFK Norfolk Island;NG NGA Nigeria;NI NIC Nicaragua;NL NLD Netherlands;NO NOR Norway;NP NPL Nepal;NR NRU Nauru;NU NIU Niue;NZ NZL New Zealand
OM OMN Oman
PA PAN Panama;PE PER Peru;PF PYF French Polynesia;PG PNG Papua New Guinea;PH PHL Philippines;PK PAK Pakistan;PL POL Poland;PM SPM Saint Pierre and Miquelon;PN PCN Pitcairn;PR PRI Puerto Rico;PS PSE Palestine;PT PRT Portugal;PW PLW Palau;PY PRY Paraguay
QA QAT Qatar
RE REU Reunion;RO ROU Romania;RS SRB Serbia;RU RUS Russia;RW RWA Rwanda
SA SAU Saudi Arabia;SB SLB Solomon Islands;SC SYC Seychelles;SD SDN Sudan;SE SWE Sweden;SG SGP Singapore;SH SHN Saint Helena, Ascension and Tristan da Cunha;SI SVN Slovenia;SJ SJM Svalbard and Jan Mayen;SK SVK Slovakia;SL SLE Sierra Leone;SM SMR San Marino;SN SEN Senegal;SO SOM Somalia;SR SUR Suriname;SS SSD South Sudan;ST STP Sao Tome and Principe;SV SLV El Salvador;SX SXM Sint Maarten;SY SYR Syria;SZ SWZ Eswatini
TC TCA Turks and Caicos Islands;TD TCD Chad;TF ATF French Southern Territories;TG TGO Togo;TH THA Thailand;TJ TJK Tajikistan;TK TKL Tokelau;TL TLS Timor-Leste;TM TKM Turkmenistan;TN TUN Tunisia;TO TON Tonga;TR TUR Turkey;TT TTO Trinidad and Tobago;TV TUV Tuvalu;TW TWN Taiwan;TZ TZA Tanzania
UA UKR Ukraine;UG UGA Uganda;UM UMI United States Minor Outlying Islands;US USA United States;UY URY Uruguay;UZ UZB Uzbekistan
VA VAT Holy See;VC VCT Saint Vincent and the Grenadines;VE VEN Venezuela;VG VGB British Virgin Islands;VI VIR United States Virgin Islands;VN VNM Vietnam;VU VUT Vanuatu
WF WLF Wallis and Futuna;WS WSM Samoa
YE YEM Yemen;YT MYT Mayotte
ZA ZAF South Africa;ZM ZMB Zambia;ZW ZWE Zimbabwe`

// countryAssigned is a bit per pair of letters, so that a check reads no map.
// countryProbable leads from what people write by mistake, in capitals, to what
// they probably mean.
var countryAssigned, countryProbable = readCountries()

func readCountries() (assigned [26 * 26]bool, probable map[string]string) {
	probable = map[string]string{
		"UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB", "GREAT BRITAIN": "GB", "BRITAIN": "GB",
		"EL": "GR", "SW": "SE (Sweden) or CH (Switzerland)", "SZW": "CH (Switzerland)", "JA": "JP", "KO": "KR", "KOREA": "KR",
		"GER": "DE (Germany)", "SP": "ES", "SPA": "ES (Spain)", "SUI": "CH (Switzerland)", "NED": "NL", "HOLLAND": "NL",
		"U.S.": "US", "U.S.A.": "US", "AMERICA": "US", "UNITED STATES OF AMERICA": "US", "U.K.": "GB", "UAE": "AE",
		"PRC": "CN", "P.R.C.": "CN", "MAINLAND CHINA": "CN", "CH-CN": "CN", "ROC": "TW", "HKSAR": "HK", "MACAU": "MO", "HONGKONG": "HK",
		"TÜRKIYE": "TR", "CZECH REPUBLIC": "CZ", "BURMA": "MM", "VIET NAM": "VN", "RUSSIAN FEDERATION": "RU", "SU": "RU",
		"REPUBLIC OF KOREA": "KR", "XK": "RS or AL, since Kosovo has no assigned code", "TP": "TL", "ZR": "CD", "BU": "MM", "DD": "DE", "FX": "FR",
		"EU": "a member state, since the EU is no country", "EEA": "a member state, since the EEA is no country",
		"ANY": "UNKNOWN", "N/A": "UNKNOWN", "NONE": "UNKNOWN", "XX": "UNKNOWN", "ZZ": "UNKNOWN",
	}
	names := map[string]string{}
	for line := range strings.Lines(assignedCountries) {
		for entry := range strings.SplitSeq(strings.TrimSpace(line), ";") {
			a2, a3, name := entry[:2], entry[3:6], entry[7:]
			assigned[int(a2[0]-'A')*26+int(a2[1]-'A')] = true
			names[a2] = name
			probable[a3] = a2
			probable[strings.ToUpper(name)] = a2
		}
	}
	for wrong, code := range probable {
		if name, ok := names[code]; ok {
			probable[wrong] = code + " (" + name + ")"
		}
	}
	return assigned, probable
}

// isCountry reports whether s is an assigned alpha-2 code.
func isCountry(s string) bool {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return false
	}
	return countryAssigned[int(s[0]-'A')*26+int(s[1]-'A')]
}

// countryExpected says what was expected instead of s, and which code was
// probably meant. It names codes of the table only, never s itself.
func countryExpected(s string, unknown, every bool) string {
	want := "an ISO 3166-1 alpha-2 code such as CN"
	if unknown {
		want += ", or UNKNOWN"
	}
	if every {
		want += `, or "*" for every region`
	}
	if len(s) > 64 {
		return want
	}
	up := strings.ToUpper(strings.TrimSpace(s))
	switch {
	case up == unknownCountry && unknown:
		return want + "; probably UNKNOWN"
	case up == unknownCountry:
		return want + "; it must be known here"
	case s == "*":
		return want + "; each is named here"
	case isCountry(up):
		return want + "; probably " + up
	}
	if guess, ok := countryProbable[up]; ok && (unknown || guess != unknownCountry) {
		return want + "; probably " + guess
	}
	return want
}
