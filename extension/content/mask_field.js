/** Which form fields are private, by what the page says about them. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  /** Placeholders are as long for a long secret as for a short one. */
  cs.PRIVATE_KINDS = ['password', 'email', 'card', 'cvc', 'phone', 'iban', 'name', 'address', 'private'];

  /** HTML's autofill tokens (https://html.spec.whatwg.org/#autofill) that name something private. */
  const AUTOCOMPLETE = [
    [/^(?:current|new)-password$/, 'password'],
    [/^email$/, 'email'],
    [/^tel(?:-|$)/, 'phone'],
    [/^cc-csc$/, 'cvc'],
    [/^cc-(?:name|given-name|additional-name|family-name)$/, 'name'],
    [/^cc-/, 'card'],
    [/^(?:name|given-name|additional-name|family-name|honorific-prefix|honorific-suffix|nickname)$/, 'name'],
    [/^(?:street-address|address-line[123]|address-level[1234]|postal-code)$/, 'address'],
    [/^(?:one-time-code|username|bday|bday-day|bday-month|bday-year|sex|impp)$/, 'private'],
  ];

  /** Patterns over a field's name, id, label and placeholder, first match wins; words are split at - _ . [ ] and camelCase. */
  const HINTS = [
    [/pass ?word|passwort|kennwort|passphrase|\b(?:passwd|pwd|pw|contraseña|mot de passe)\b|^(?:user |login )?pass$/u, 'password'],
    [/\b(?:otp|2fa|mfa|pin|ssn|tin|dob)\b|one time (?:code|pass)|verification code|passcode|(?:sms|auth\w*) code/u, 'private'],
    [/social security|tax(?:payer)? id|passport|national id|driver'?s? licen|date of birth|birth ?(?:day|date)|geburt/u, 'private'],
    [/\b(?:cvc|cvv|csc|cvc2|cvv2)\b|(?:security|verification) (?:code|number|value)|card verification|prüfziffer/u, 'cvc'],
    [/name on (?:the |your )?card|card ?holder|holder name|karteninhaber/u, 'name'],
    [/card ?(?:number|num|no|nr)\b|\b(?:cc|pan) ?(?:number|num|no)\b|\bcc ?num|(?:credit|debit) ?card|kartennummer|tarjeta/u, 'card'],
    [/\bexpir(?:y|ation|es)\b|\bexp (?:date|month|year|mm|yy)\b|valid (?:thru|until)|\bmm ?\/ ?yy|ablaufdatum/u, 'card'],
    [/\biban\b|(?:bank )?account (?:number|no)\b|routing number|sort code|kontonummer/u, 'iban'],
    [/\be ?mail|\bmail(?: address)?\b|correo/u, 'email'],
    [/\b(?:tele)?phone(?! (?:model|case|brand|type|colou?r|size|cover|make|storage|plan))\b|\bmobile(?: (?:number|no))?$/u, 'phone'],
    [/\b(?:tel|telefon|telefono|téléphone|cell|handynummer|whatsapp|fax)\b/u, 'phone'],
    [/\b(?:street|addr|address ?\d?|address ?line ?\d?|apt|apartment|suite|house (?:number|no))\b/u, 'address'],
    [/\b(?:zip|zip ?code|post ?code|postal|postal code|city|town|plz|straße|strasse|hausnummer|adresse|dirección)\b/u, 'address'],
    [/\b(?:first|last|full|given|family|middle|sur|fore|maiden|your|contact|legal) ?name\b/u, 'name'],
    [/\b(?:recipient|receiver|billing|shipping|customer) name\b|^name$|\b(?:vor|nach)name\b|\b(?:prénom|nombre|apellidos?)\b/u, 'name'],
  ];

  /** "billing[firstName]*" becomes "billing first name". */
  function words(hint) {
    return hint.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').toLowerCase()
      .replace(/[-_.[\]:*#]+/gu, ' ').replace(/\((?:optional|required)\)/gu, ' ')
      .replace(/\s+/gu, ' ').trim();
  }

  /** A search box that says "Search by name or city" is not asking who the person is. */
  function isSearch(field, hints) {
    return field.type === 'search' || field.role === 'searchbox'
      || hints.some((hint) => /^(?:q|query|s|search|keywords?|search (?:term|query|box|input|field))$/u.test(hint));
  }

  function byHints(hints) {
    for (const [pattern, kind] of HINTS) if (hints.some((hint) => pattern.test(hint))) return kind;
    return null;
  }

  /**
   * The kind of private thing a field holds, or null.
   * @param {{type?: string, autocomplete?: string, name?: string, id?: string, label?: string, placeholder?: string,
   *          role?: string, sticky?: boolean, unseen?: boolean}} field `sticky`: it was a password field once; `unseen`: it
   *          was filled in when nobody could see what it was
   * @returns {string | null}
   */
  cs.fieldKind = (field) => {
    if (field.sticky || field.type === 'password') return 'password';
    if (field.type === 'email') return 'email';
    if (field.type === 'tel') return 'phone';
    if (field.type === 'file') return 'private';
    for (const token of (field.autocomplete ?? '').toLowerCase().split(/\s+/)) {
      const known = AUTOCOMPLETE.find(([pattern]) => pattern.test(token));
      if (known) return known[1];
    }
    const hints = [field.name, field.id, field.label, field.placeholder].filter(Boolean).map(words);
    return isSearch(field, hints) ? null : byHints(hints) ?? (field.unseen ? 'private' : null);
  };
})();
