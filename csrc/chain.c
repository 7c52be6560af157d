/* SPDX-License-Identifier: MIT */
#include "chain.h"

#include <math.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char SIGNER[] = "echo-api.amazon.com";

/* 112 bits of security: RSA keys of 2,048 bits, SHA-256. */
#define SECURITY_LEVEL 2
#define KEY_BITS 2048

struct chain_trust {
  X509_STORE *store;
};

struct chain {
  STACK_OF(X509) * file;
  EVP_PKEY_CTX *verifier; /* set up once: that costs as much as a tenth of a verification */
  double from, until;     /* when every certificate of the chain is valid */
};

static chain_status refuse(char error[LIMIT_ERROR_BYTES], const char *reason) {
  snprintf(error, LIMIT_ERROR_BYTES, "%s", reason);
  return CHAIN_REFUSED;
}

/* --- reading PEM --- */

static BIO *reader(const char *pem, size_t len) {
  return len <= LIMIT_CHAIN_BYTES ? BIO_new_mem_buf(pem, (int)len) : NULL;
}

static chain_status read_certificates(STACK_OF(X509) * into, BIO *bio,
                                      char error[LIMIT_ERROR_BYTES]) {
  X509 *one;
  while ((one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
    if (sk_X509_num(into) >= LIMIT_CHAIN_CERTIFICATES) {
      X509_free(one);
      return refuse(error, "the file has more than 8 certificates");
    }
    if (sk_X509_push(into, one) <= 0) {
      X509_free(one);
      return CHAIN_NOMEM;
    }
  }
  /* The end of the text is told as an error, too. */
  int is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!is_end) return refuse(error, "a certificate in the file cannot be read");
  return sk_X509_num(into) > 0 ? CHAIN_OK : refuse(error, "the file has no certificate");
}

static chain_status read_file(STACK_OF(X509) * into, const char *pem, size_t len,
                              char error[LIMIT_ERROR_BYTES]) {
  if (len > LIMIT_CHAIN_BYTES) return refuse(error, "the file is larger than 64 KB");
  BIO *bio = reader(pem, len);
  if (bio == NULL) return CHAIN_NOMEM;
  chain_status status = read_certificates(into, bio, error);
  BIO_free(bio);
  return status;
}

/* --- trust --- */

static int fill_system(X509_STORE *store) {
  return X509_STORE_set_default_paths(store) == 1;
}

static int fill_text(X509_STORE *store, const char *pem, size_t len,
                     char error[LIMIT_ERROR_BYTES]) {
  STACK_OF(X509) *list = sk_X509_new_null();
  if (list == NULL) return 0;
  int good = read_file(list, pem, len, error) == CHAIN_OK;
  for (int i = 0; good && i < sk_X509_num(list); i++)
    good = X509_STORE_add_cert(store, sk_X509_value(list, i)) == 1;
  sk_X509_pop_free(list, X509_free);
  return good;
}

/* The store is given up when it could not be filled. */
static chain_trust *finish(X509_STORE *store, int good) {
  chain_trust *trust = good ? malloc(sizeof *trust) : NULL;
  if (trust != NULL) trust->store = store;
  if (trust == NULL) X509_STORE_free(store);
  ERR_pop_to_mark();
  return trust;
}

static X509_STORE *begin(char error[LIMIT_ERROR_BYTES]) {
  ERR_set_mark();
  snprintf(error, LIMIT_ERROR_BYTES, "not enough memory");
  return X509_STORE_new();
}

chain_trust *chain_trust_system(char error[LIMIT_ERROR_BYTES]) {
  X509_STORE *store = begin(error);
  int good = store != NULL && fill_system(store);
  return finish(store, good);
}

chain_trust *chain_trust_file(const char *path, char error[LIMIT_ERROR_BYTES]) {
  X509_STORE *store = begin(error);
  int good = store != NULL && X509_STORE_load_file(store, path) == 1;
  if (store != NULL && !good) refuse(error, "the file cannot be read, or has no certificate");
  return finish(store, good);
}

chain_trust *chain_trust_text(const char *pem, size_t len, char error[LIMIT_ERROR_BYTES]) {
  X509_STORE *store = begin(error);
  int good = store != NULL && fill_text(store, pem, len, error);
  return finish(store, good);
}

void chain_trust_free(chain_trust *trust) {
  if (trust == NULL) return;
  X509_STORE_free(trust->store);
  free(trust);
}

/* --- building --- */

static double seconds_of(const ASN1_TIME *when, double otherwise) {
  struct tm parts;
  if (ASN1_TIME_to_tm(when, &parts) != 1) return otherwise;
  return (double)timegm(&parts);
}

/* The time in which all are valid; none, when a date cannot be read. */
static void note_dates(chain *c, const STACK_OF(X509) * built) {
  c->from = -HUGE_VAL;
  c->until = HUGE_VAL;
  for (int i = 0; i < sk_X509_num(built); i++) {
    const X509 *one = sk_X509_value(built, i);
    c->from = fmax(c->from, seconds_of(X509_get0_notBefore(one), HUGE_VAL));
    c->until = fmin(c->until, seconds_of(X509_get0_notAfter(one), -HUGE_VAL));
  }
}

static chain_status explain(int failure, char error[LIMIT_ERROR_BYTES]) {
  if (failure == X509_V_ERR_OUT_OF_MEM) return CHAIN_NOMEM;
  if (failure == X509_V_ERR_HOSTNAME_MISMATCH)
    return refuse(error, "the certificate is not for echo-api.amazon.com");
  snprintf(error, LIMIT_ERROR_BYTES, "the certificate is not trusted: %s",
           X509_verify_cert_error_string(failure));
  return CHAIN_REFUSED;
}

static int set_rules(X509_STORE_CTX *context, double now) {
  X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(rules, (time_t)now);
  X509_VERIFY_PARAM_set_depth(rules, LIMIT_CHAIN_CERTIFICATES);
  X509_VERIFY_PARAM_set_auth_level(rules, SECURITY_LEVEL);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                             X509_CHECK_FLAG_NO_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(rules, SIGNER, sizeof SIGNER - 1) == 1;
}

static chain_status build(chain *c, X509_STORE_CTX *context, const chain_trust *trust, double now,
                          char error[LIMIT_ERROR_BYTES]) {
  X509 *first = sk_X509_value(c->file, 0);
  if (X509_STORE_CTX_init(context, trust->store, first, c->file) != 1) return CHAIN_NOMEM;
  if (!set_rules(context, now)) return CHAIN_NOMEM;
  int good = X509_verify_cert(context);
  if (good != 1) return explain(X509_STORE_CTX_get_error(context), error);
  note_dates(c, X509_STORE_CTX_get0_chain(context));
  return CHAIN_OK;
}

chain_status chain_renew(chain *c, const chain_trust *trust, double now,
                         char error[LIMIT_ERROR_BYTES]) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  if (context == NULL) return CHAIN_NOMEM;
  ERR_set_mark();
  chain_status status = build(c, context, trust, now, error);
  ERR_pop_to_mark();
  X509_STORE_CTX_free(context);
  return status;
}

static int set_up(EVP_PKEY_CTX *verifier) {
  return verifier != NULL && EVP_PKEY_verify_init(verifier) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(verifier, RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(verifier, EVP_sha256()) == 1;
}

static chain_status take_key(chain *c, char error[LIMIT_ERROR_BYTES]) {
  X509 *first = sk_X509_value(c->file, 0);
  EVP_PKEY *key = X509_get0_pubkey(first);
  if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return refuse(error, "the certificate has no RSA key");
  if (EVP_PKEY_get_bits(key) < KEY_BITS)
    return refuse(error, "the certificate's key is shorter than 2,048 bits");
  if ((X509_get_key_usage(first) & KU_DIGITAL_SIGNATURE) == 0)
    return refuse(error, "the certificate may not sign: its key usage forbids it");
  c->verifier = EVP_PKEY_CTX_new(key, NULL);
  return set_up(c->verifier) ? CHAIN_OK : CHAIN_NOMEM;
}

static chain_status load(chain *c, const chain_trust *trust, const char *pem, size_t len,
                         double now, char error[LIMIT_ERROR_BYTES]) {
  c->file = sk_X509_new_null();
  if (c->file == NULL) return CHAIN_NOMEM;
  chain_status status = read_file(c->file, pem, len, error);
  if (status == CHAIN_OK) status = take_key(c, error);
  if (status == CHAIN_OK) status = chain_renew(c, trust, now, error);
  return status;
}

chain_status chain_load(chain **out, const chain_trust *trust, const char *pem, size_t len,
                        double now, char error[LIMIT_ERROR_BYTES]) {
  *out = NULL;
  chain *c = calloc(1, sizeof *c);
  if (c == NULL) return CHAIN_NOMEM;
  ERR_set_mark();
  chain_status status = load(c, trust, pem, len, now, error);
  ERR_pop_to_mark();
  if (status == CHAIN_OK) {
    *out = c;
  } else {
    chain_free(c);
  }
  return status;
}

void chain_free(chain *c) {
  if (c == NULL) return;
  EVP_PKEY_CTX_free(c->verifier);
  sk_X509_pop_free(c->file, X509_free);
  free(c);
}

chain_status chain_check_dates(const chain *c, double now, char error[LIMIT_ERROR_BYTES]) {
  if (now < c->from) return refuse(error, "a certificate of the chain is not valid yet");
  if (now > c->until) return refuse(error, "a certificate of the chain has expired");
  return CHAIN_OK;
}

/* --- signatures --- */

static int is_digit(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

static size_t padding(const char *text, size_t len) {
  size_t count = 0;
  while (count < 2 && len > count && text[len - count - 1] == '=') count++;
  return count;
}

int chain_is_signature(const char *text, size_t len) {
  if (len == 0 || len % 4 != 0 || len > LIMIT_SIGNATURE_TEXT) return 0;
  size_t tail = len - padding(text, len);
  for (size_t i = 0; i < tail; i++)
    if (!is_digit((unsigned char)text[i])) return 0;
  return 1;
}

static chain_status verify(const chain *c, const unsigned char *signature, size_t signature_len,
                           const void *body, size_t len) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_len;
  if (EVP_Digest(body, len, digest, &digest_len, EVP_sha256(), NULL) != 1) return CHAIN_NOMEM;
  return EVP_PKEY_verify(c->verifier, signature, signature_len, digest, digest_len) == 1
             ? CHAIN_OK
             : CHAIN_REFUSED;
}

chain_status chain_verify(const chain *c, const char *signature, size_t signature_len,
                          const void *body, size_t len) {
  /* EVP_DecodeBlock writes the padding's zeros as well. */
  unsigned char bytes[LIMIT_SIGNATURE_TEXT / 4 * 3];
  if (!chain_is_signature(signature, signature_len)) return CHAIN_REFUSED;
  ERR_set_mark();
  chain_status status = CHAIN_REFUSED;
  int count = EVP_DecodeBlock(bytes, (const unsigned char *)signature, (int)signature_len);
  size_t pads = padding(signature, signature_len);
  if (count > 0) status = verify(c, bytes, (size_t)count - pads, body, len);
  ERR_pop_to_mark();
  return status;
}
