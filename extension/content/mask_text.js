/**
 * What is private in a text whatever field it stands in: e-mail addresses, card numbers, IBANs, phone numbers.
 * The server holds the same rules; tests/masking_cases.json holds both to the same cases.
 */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  const AT = '(?:@|\\uff20|%40|%2540|&#64;|&#x40;|\\s?[(\\[{]\\s?at\\s?[)\\]}]\\s?)';
  const DOT = '(?:\\.|%2E|\\s?[(\\[{]\\s?dot\\s?[)\\]}]\\s?)';
  const LOCAL = "(?:\"[^\"\\n]{1,64}\"|(?:[\\p{L}\\p{M}\\p{N}._+'’~-]|%2[BDE7]|%5F|%[89A-F][0-9A-F])+)";
  const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?';
  // icon@2x.png is a picture for sharp displays, not a person.
  const NOT_AN_IMAGE = '(?!\\dx\\.(?:png|jpe?g|gif|webp|svg|avif))';
  const HOST = `(?:(?:${LABEL}${DOT})+(?:xn--[a-z0-9-]+|\\p{L}{2,63})|\\[\\d{1,3}(?:\\.\\d{1,3}){3}\\])`;
  const EMAIL = new RegExp(`${LOCAL}${AT}${NOT_AN_IMAGE}${HOST}`, 'giu');

  const GAP = '[ \\t\\n\\r\\u00a0\\u2000-\\u200b\\u202f\\u2060\\ufeff\\u2010-\\u2015\\u2212.·_/\\-]';
  const DIGIT_RUN = new RegExp(`\\d(?:(?:${GAP}|%20|%2D|%C2%A0){0,3}\\d)*`, 'giu');
  const DIGIT_GROUP = /%20|%2D|%C2%A0|\d+/giu;

  const PHONE_GAP = '(?:[ \\t\\u00a0\\u2009\\u202f().\\-\\u2010-\\u2013/]|%20|%2D|%28|%29)';
  const INTERNATIONAL = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:\\+|\\uff0b|%2B)${PHONE_GAP}{0,2}[1-9](?:${PHONE_GAP}{0,3}\\d){7,14}(?!\\d)`, 'giu');
  const US = new RegExp(
    '(?<![\\p{L}\\p{N}])(?<!\\d[-.])(?:1[-. \\u00a0])?'
    + '(?:\\([2-9]\\d{2}\\)[ \\u00a0\\u2011-]?[2-9]\\d{2}[-. \\u00a0\\u2011]'
    + '|[2-9]\\d{2}[-.\\u2011][2-9]\\d{2}[-.\\u2011])\\d{4}(?![\\p{L}\\p{N}])(?![-.]\\d)', 'gu');

  /** Length of an IBAN by country (ISO 13616 registry). */
  const IBAN_LENGTH = Object.fromEntries((
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 '
    + 'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 '
    + 'LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 '
    + 'SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  ).split(' ').map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]));
  const IBAN_START = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}/giu;
  const IBAN_GAP = /[ \t\u00a0\u2009\u202f.\-\u2010-\u2015]|%20|%2D|\+/iuy;

  /** @param {string} digits */
  function luhn(digits) {
    let sum = 0;
    for (let i = 0; i < digits.length; i += 1) {
      let digit = Number(digits[digits.length - 1 - i]);
      if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    return sum % 10 === 0;
  }

  /** The check digit of EAN-13 codes: German goods begin with 4 and would else look like old Visa numbers. */
  function ean13(digits) {
    let sum = 0;
    for (let i = 0; i < 13; i += 1) sum += Number(digits[i]) * (i % 2 ? 3 : 1);
    return sum % 10 === 0;
  }

  /** Whether a card scheme issues numbers that begin and are as long as this one. */
  function issued(digits) {
    const n = digits.length;
    const four = Number(digits.slice(0, 4));
    const between = (low, high) => four >= low && four <= high;
    if (between(4000, 4999)) return n === 16 || n === 19 || (n === 13 && !ean13(digits));
    if (between(5100, 5599) || between(2221, 2720)) return n === 16;
    if (between(3400, 3499) || between(3700, 3799)) return n === 15;
    if (between(3600, 3699) || between(3000, 3059) || between(3800, 3999) || four === 3095) return [14, 16, 19].includes(n);
    if (between(3528, 3589) || between(2200, 2204)) return n >= 16;
    if ([5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763].includes(four)) return true;
    return (between(6000, 6099) || between(6200, 6299) || between(6440, 6599) || between(8100, 8299)) && n >= 16;
  }

  /** Cards are written in blocks of 3 and more, in single digits, or in pairs; a list of sizes (36 37 38) rises. */
  function groupedLikeACard(groups) {
    if (groups.slice(0, -1).every((group) => group.length >= 3)) return true;
    if (groups.every((group) => group.length === 1)) return true;
    const pairs = groups.every((group) => group.length === 2);
    return pairs && !groups.every((group, i) => i === 0 || Number(groups[i - 1]) < Number(group));
  }

  /** @returns {{from: number, to: number} | null} the card in a list of digit groups that begins at group `i` */
  function cardFrom(groups, i) {
    let best = null;
    let digits = '';
    for (let j = i; j < groups.length && digits.length <= 19; j += 1) {
      digits += groups[j].digits;
      if (digits.length < 13 || digits.length > 19) continue;
      const spelled = groups.slice(i, j + 1).map((group) => group.digits);
      if (issued(digits) && luhn(digits) && groupedLikeACard(spelled)) best = { from: i, to: j };
    }
    return best;
  }

  function maskCards(text) {
    // Full-width digits take one place each, so places found in the plain copy hold for the text.
    const plain = text.replace(/[\uff10-\uff19]/gu, (digit) => String(digit.charCodeAt(0) - 0xff10));
    let out = '';
    let done = 0;
    for (const run of plain.matchAll(DIGIT_RUN)) {
      if (run[0].length < 13) continue;
      const groups = [...run[0].matchAll(DIGIT_GROUP)].filter((group) => !group[0].startsWith('%'))
        .map((group) => ({ digits: group[0], at: run.index + group.index }));
      for (let i = 0; i < groups.length; i += 1) {
        const card = cardFrom(groups, i);
        if (!card) continue;
        out += `${text.slice(done, groups[i].at)}[card]`;
        done = groups[card.to].at + groups[card.to].digits.length;
        i = card.to;
      }
    }
    return out + text.slice(done);
  }

  /** Remainder of an IBAN by 97, letters counted as 10 to 35, the first four characters moved to the end. */
  function mod97(iban) {
    let rest = 0;
    for (const char of iban.slice(4) + iban.slice(0, 4)) {
      for (const digit of String(parseInt(char, 36))) rest = (rest * 10 + Number(digit)) % 97;
    }
    return rest;
  }

  /** @returns {number} where the IBAN that begins at `start` ends, or -1 */
  function ibanEnd(text, start) {
    const length = IBAN_LENGTH[text.slice(start, start + 2).toUpperCase()];
    if (!length) return -1;
    let iban = '';
    let at = start;
    while (iban.length < length) {
      IBAN_GAP.lastIndex = at;
      const gap = IBAN_GAP.exec(text);
      if (gap) at += gap[0].length;
      if (!/[A-Z0-9]/i.test(text[at] ?? '')) return -1;
      iban += text[at].toUpperCase();
      at += 1;
    }
    return !/[\p{L}\p{N}]/u.test(text[at] ?? '') && mod97(iban) === 1 ? at : -1;
  }

  function maskIbans(text) {
    let out = '';
    let done = 0;
    for (const found of text.matchAll(IBAN_START)) {
      const end = found.index < done ? -1 : ibanEnd(text, found.index);
      if (end < 0) continue;
      out += `${text.slice(done, found.index)}[iban]`;
      done = end;
    }
    return out + text.slice(done);
  }

  /**
   * The text with every e-mail address, IBAN, card and phone number replaced by a placeholder of its kind.
   * @param {string} text
   * @returns {string}
   */
  cs.maskText = (text) => {
    const withoutMail = text.replace(EMAIL, '[email]');
    if (!/[0-9\uff10-\uff19]/u.test(withoutMail)) return withoutMail;
    return maskCards(maskIbans(withoutMail)).replace(INTERNATIONAL, '[phone]').replace(US, '[phone]');
  };
})();
