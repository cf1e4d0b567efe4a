/**
 * What a page of ours may do: be laid out by our own style sheet, show our own pictures, send its forms to us. No script
 * runs on it, whatever got into it; nobody shows it in a frame to have it clicked.
 *
 * @param formLeadsTo an origin to which the answer to the page's form may lead: Chromium holds a redirect after a form
 *   to the policy too; null: none but ours
 * Source: W3C Content Security Policy Level 3; OWASP ASVS 5.0, 3.4.3 and 3.4.6.
 */
export function contentSecurityPolicy(formLeadsTo: string | null): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    formLeadsTo === null ? "form-action 'self'" : `form-action 'self' ${formLeadsTo}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
