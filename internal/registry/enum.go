package registry

import (
	"database/sql/driver"
	"fmt"
)

// An enum is a small number in canonical bytes and its name in SQL. The numbers
// are those of the contract; zero is "not given".

func enumName(names []string, e uint8) string {
	if int(e) < len(names) {
		return names[e]
	}
	return fmt.Sprintf("%d", e)
}

func scanEnum(names []string, e *uint8, src any) error {
	var s string
	switch v := src.(type) {
	case nil:
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return fmt.Errorf("enum from %T", src)
	}
	for i, n := range names {
		if n == s {
			*e = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("enum: unknown name %q", s)
}

// A principal's role: what it may do. A method names the roles that may call
// it in the option required_roles; a method without the option is denied.
type Role uint8

const (
	// RoleUnspecified: no role was given.
	RoleUnspecified Role = 0
	// RoleCaller: asks whether a share is allowed.
	RoleCaller Role = 1
	// RoleLegal: edits the registry and names the sources of presented consent.
	RoleLegal Role = 2
	// RoleAuditor: reads everything, exports and verifies.
	RoleAuditor Role = 3
	// RoleAdmin: manages principals, keys and settings.
	RoleAdmin Role = 4
)

var roleNames = []string{"", "CALLER", "LEGAL", "AUDITOR", "ADMIN"}

// String returns the name as the contract has it, without its prefix.
func (e Role) String() string { return enumName(roleNames, uint8(e)) }

// Values lists the names, for the schema.
func (Role) Values() []string { return roleNames }

// Value stores the name.
func (e Role) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Role) Scan(src any) error { return scanEnum(roleNames, (*uint8)(e), src) }

// What a recipient is; its kind decides the lists (rules.md 2.4).
type RecipientKind uint8

const (
	// RecipientKindUnspecified: no kind was given.
	RecipientKindUnspecified RecipientKind = 0
	// RecipientKindAffiliate: A company of our group.
	RecipientKindAffiliate RecipientKind = 1
	// RecipientKindCloud: A cloud service provider.
	RecipientKindCloud RecipientKind = 2
	// RecipientKindLogistics: A logistics service provider.
	RecipientKindLogistics RecipientKind = 3
	// RecipientKindMessaging: A sender of text messages or e-mail on our behalf.
	RecipientKindMessaging RecipientKind = 4
	// RecipientKindSupport: A provider of technical support on our behalf.
	RecipientKindSupport RecipientKind = 5
	// RecipientKindAnalytics: an analytics partner.
	RecipientKindAnalytics RecipientKind = 6
	// RecipientKindAdvertising: an advertising partner.
	RecipientKindAdvertising RecipientKind = 7
	// RecipientKindPartner: any other authorised partner.
	RecipientKindPartner RecipientKind = 8
	// RecipientKindAuthority: A public authority.
	RecipientKindAuthority RecipientKind = 9
	// RecipientKindRescue: A rescue service.
	RecipientKindRescue RecipientKind = 10
	// RecipientKindSuccessor: the successor of a merger, an acquisition or a liquidation.
	RecipientKindSuccessor RecipientKind = 11
	// RecipientKindPublic: the public.
	RecipientKindPublic RecipientKind = 12
)

var recipientKindNames = []string{"", "AFFILIATE", "CLOUD", "LOGISTICS", "MESSAGING", "SUPPORT", "ANALYTICS", "ADVERTISING", "PARTNER", "AUTHORITY", "RESCUE", "SUCCESSOR", "PUBLIC"}

// String returns the name as the contract has it, without its prefix.
func (e RecipientKind) String() string { return enumName(recipientKindNames, uint8(e)) }

// Values lists the names, for the schema.
func (RecipientKind) Values() []string { return recipientKindNames }

// Value stores the name.
func (e RecipientKind) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *RecipientKind) Scan(src any) error { return scanEnum(recipientKindNames, (*uint8)(e), src) }

// Whether a recipient decides itself what it does with the data; the role
// decides consent (rules.md 2.4).
type RecipientRole uint8

const (
	// RecipientRoleUnspecified: no role was given.
	RecipientRoleUnspecified RecipientRole = 0
	// RecipientRoleProcessor: does only what we order.
	RecipientRoleProcessor RecipientRole = 1
	// RecipientRoleController: decides itself.
	RecipientRoleController RecipientRole = 2
	// RecipientRoleJointController: decides together with us.
	RecipientRoleJointController RecipientRole = 3
	// RecipientRoleAuthority: A public authority under law.
	RecipientRoleAuthority RecipientRole = 4
	// RecipientRoleNone: none: the public.
	RecipientRoleNone RecipientRole = 5
)

var recipientRoleNames = []string{"", "PROCESSOR", "CONTROLLER", "JOINT_CONTROLLER", "AUTHORITY", "NONE"}

// String returns the name as the contract has it, without its prefix.
func (e RecipientRole) String() string { return enumName(recipientRoleNames, uint8(e)) }

// Values lists the names, for the schema.
func (RecipientRole) Values() []string { return recipientRoleNames }

// Value stores the name.
func (e RecipientRole) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *RecipientRole) Scan(src any) error { return scanEnum(recipientRoleNames, (*uint8)(e), src) }

// The groups of persons whose data is shared.
type SubjectGroup uint8

const (
	// SubjectGroupUnspecified: no group was given.
	SubjectGroupUnspecified SubjectGroup = 0
	// SubjectGroupUser: A user of a product or service.
	SubjectGroupUser SubjectGroup = 1
	// SubjectGroupSupplier: A supplier, or a person who acts for one.
	SubjectGroupSupplier SubjectGroup = 2
	// SubjectGroupApplicant: an applicant for a position.
	SubjectGroupApplicant SubjectGroup = 3
	// SubjectGroupEmployee: an employee.
	SubjectGroupEmployee SubjectGroup = 4
	// SubjectGroupLead: A lead or a visitor.
	SubjectGroupLead SubjectGroup = 5
)

var subjectGroupNames = []string{"", "USER", "SUPPLIER", "APPLICANT", "EMPLOYEE", "LEAD"}

// String returns the name as the contract has it, without its prefix.
func (e SubjectGroup) String() string { return enumName(subjectGroupNames, uint8(e)) }

// Values lists the names, for the schema.
func (SubjectGroup) Values() []string { return subjectGroupNames }

// Value stores the name.
func (e SubjectGroup) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *SubjectGroup) Scan(src any) error { return scanEnum(subjectGroupNames, (*uint8)(e), src) }

// A body of law that a share is judged under; POLICY is our own policy.
type Regime uint8

const (
	// RegimeUnspecified: no regime was given.
	RegimeUnspecified Regime = 0
	// RegimePolicy: the privacy policy and what is always evaluated.
	RegimePolicy Regime = 1
	// RegimeCn: the law of the mainland of China.
	RegimeCn Regime = 2
	// RegimeCnSz: the data regulations of the Shenzhen special economic zone.
	RegimeCnSz Regime = 3
	// RegimeEu: the GDPR.
	RegimeEu Regime = 4
	// RegimeUk: the law of the United Kingdom.
	RegimeUk Regime = 5
)

var regimeNames = []string{"", "POLICY", "CN", "CN_SZ", "EU", "UK"}

// String returns the name as the contract has it, without its prefix.
func (e Regime) String() string { return enumName(regimeNames, uint8(e)) }

// Values lists the names, for the schema.
func (Regime) Values() []string { return regimeNames }

// Value stores the name.
func (e Regime) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Regime) Scan(src any) error { return scanEnum(regimeNames, (*uint8)(e), src) }

// The legal ground that a share may rest on (rules.md 2.4a).
type Basis uint8

const (
	// BasisUnspecified: no basis was given.
	BasisUnspecified Basis = 0
	// BasisConsent: the consent of the subject; what stands where nothing else is listed.
	BasisConsent Basis = 1
	// BasisContract: A contract to which the subject is party; its evidence is an order reference.
	BasisContract Basis = 2
	// BasisHumanResources: human resources under lawful rules or a collective contract; its evidence is a reference to them.
	BasisHumanResources Basis = 3
	// BasisLegalObligation: A legal duty; its evidence is a citation.
	BasisLegalObligation Basis = 4
	// BasisLegitimateInterests: legitimate interests, GDPR only; its evidence is an assessment.
	BasisLegitimateInterests Basis = 5
	// BasisPublicBodyRequest: the written request of a public body; its evidence is a citation.
	BasisPublicBodyRequest Basis = 6
)

var basisNames = []string{"", "CONSENT", "CONTRACT", "HUMAN_RESOURCES", "LEGAL_OBLIGATION", "LEGITIMATE_INTERESTS", "PUBLIC_BODY_REQUEST"}

// String returns the name as the contract has it, without its prefix.
func (e Basis) String() string { return enumName(basisNames, uint8(e)) }

// Values lists the names, for the schema.
func (Basis) Values() []string { return basisNames }

// Value stores the name.
func (e Basis) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Basis) Scan(src any) error { return scanEnum(basisNames, (*uint8)(e), src) }

// Whether a product is aimed at minors.
type MinorsAim uint8

const (
	// MinorsAimUnspecified: nothing was declared.
	MinorsAimUnspecified MinorsAim = 0
	// MinorsAimAimed: it is aimed at minors.
	MinorsAimAimed MinorsAim = 1
	// MinorsAimNotAimed: it is declared not to be aimed at minors.
	MinorsAimNotAimed MinorsAim = 2
)

var minorsAimNames = []string{"", "AIMED", "NOT_AIMED"}

// String returns the name as the contract has it, without its prefix.
func (e MinorsAim) String() string { return enumName(minorsAimNames, uint8(e)) }

// Values lists the names, for the schema.
func (MinorsAim) Values() []string { return minorsAimNames }

// Value stores the name.
func (e MinorsAim) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *MinorsAim) Scan(src any) error { return scanEnum(minorsAimNames, (*uint8)(e), src) }

// What a screening found.
type ScreeningResult uint8

const (
	// ScreeningResultUnspecified: nothing was recorded.
	ScreeningResultUnspecified ScreeningResult = 0
	// ScreeningResultClear: on no restricted or sanctions list.
	ScreeningResultClear ScreeningResult = 1
	// ScreeningResultListed: on a restricted or sanctions list.
	ScreeningResultListed ScreeningResult = 2
)

var screeningResultNames = []string{"", "CLEAR", "LISTED"}

// String returns the name as the contract has it, without its prefix.
func (e ScreeningResult) String() string { return enumName(screeningResultNames, uint8(e)) }

// Values lists the names, for the schema.
func (ScreeningResult) Values() []string { return screeningResultNames }

// Value stores the name.
func (e ScreeningResult) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *ScreeningResult) Scan(src any) error {
	return scanEnum(screeningResultNames, (*uint8)(e), src)
}

// How a sub-processor was authorised.
type Authorisation uint8

const (
	// AuthorisationUnspecified: nothing was recorded.
	AuthorisationUnspecified Authorisation = 0
	// AuthorisationSpecific: by name.
	AuthorisationSpecific Authorisation = 1
	// AuthorisationGeneral: by a general authorisation with notice and a right to object.
	AuthorisationGeneral Authorisation = 2
)

var authorisationNames = []string{"", "SPECIFIC", "GENERAL"}

// String returns the name as the contract has it, without its prefix.
func (e Authorisation) String() string { return enumName(authorisationNames, uint8(e)) }

// Values lists the names, for the schema.
func (Authorisation) Values() []string { return authorisationNames }

// Value stores the name.
func (e Authorisation) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Authorisation) Scan(src any) error { return scanEnum(authorisationNames, (*uint8)(e), src) }

// What an agreement is; the type decides which role it fits (rules.md 2.1(3)).
type AgreementType uint8

const (
	// AgreementTypeUnspecified: no type was given.
	AgreementTypeUnspecified AgreementType = 0
	// AgreementTypeNda: A confidentiality agreement.
	AgreementTypeNda AgreementType = 1
	// AgreementTypeDpa: A data processing agreement.
	AgreementTypeDpa AgreementType = 2
	// AgreementTypeSharingC2c: A sharing agreement between two controllers.
	AgreementTypeSharingC2c AgreementType = 3
	// AgreementTypeJoint: an arrangement of joint controllers.
	AgreementTypeJoint AgreementType = 4
	// AgreementTypeCnSc: the PIPL standard contract.
	AgreementTypeCnSc AgreementType = 5
	// AgreementTypeGbaSc: the standard contract of the Greater Bay Area.
	AgreementTypeGbaSc AgreementType = 6
	// AgreementTypeEuScc: the standard contractual clauses of Decision (EU) 2021/914.
	AgreementTypeEuScc AgreementType = 7
	// AgreementTypeBcrMembership: membership of binding corporate rules.
	AgreementTypeBcrMembership AgreementType = 8
	// AgreementTypeSuccessorUndertaking: a successor's undertaking to this policy.
	AgreementTypeSuccessorUndertaking AgreementType = 9
	// AgreementTypeIdta: the UK international data transfer agreement.
	AgreementTypeIdta AgreementType = 10
	// AgreementTypeUkAddendum: the UK addendum to the EU clauses.
	AgreementTypeUkAddendum AgreementType = 11
)

var agreementTypeNames = []string{"", "NDA", "DPA", "SHARING_C2C", "JOINT", "CN_SC", "GBA_SC", "EU_SCC", "BCR_MEMBERSHIP", "SUCCESSOR_UNDERTAKING", "IDTA", "UK_ADDENDUM"}

// String returns the name as the contract has it, without its prefix.
func (e AgreementType) String() string { return enumName(agreementTypeNames, uint8(e)) }

// Values lists the names, for the schema.
func (AgreementType) Values() []string { return agreementTypeNames }

// Value stores the name.
func (e AgreementType) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *AgreementType) Scan(src any) error { return scanEnum(agreementTypeNames, (*uint8)(e), src) }

// How a processor may engage sub-processors.
type SubprocessorMode uint8

const (
	// SubprocessorModeUnspecified: the agreement does not say.
	SubprocessorModeUnspecified SubprocessorMode = 0
	// SubprocessorModeNone: not at all.
	SubprocessorModeNone SubprocessorMode = 1
	// SubprocessorModeSpecific: with our specific authorisation.
	SubprocessorModeSpecific SubprocessorMode = 2
	// SubprocessorModeGeneral: with our general authorisation, notice and a right to object.
	SubprocessorModeGeneral SubprocessorMode = 3
)

var subprocessorModeNames = []string{"", "NONE", "SPECIFIC", "GENERAL"}

// String returns the name as the contract has it, without its prefix.
func (e SubprocessorMode) String() string { return enumName(subprocessorModeNames, uint8(e)) }

// Values lists the names, for the schema.
func (SubprocessorMode) Values() []string { return subprocessorModeNames }

// Value stores the name.
func (e SubprocessorMode) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *SubprocessorMode) Scan(src any) error {
	return scanEnum(subprocessorModeNames, (*uint8)(e), src)
}

// The legal tool of a cross-border transfer (rules.md part 3).
type Mechanism uint8

const (
	// MechanismUnspecified: no mechanism was given.
	MechanismUnspecified Mechanism = 0
	// MechanismSecurityAssessment: PIPL security assessment.
	MechanismSecurityAssessment Mechanism = 1
	// MechanismStandardContract: PIPL standard contract.
	MechanismStandardContract Mechanism = 2
	// MechanismCertification: PIPL certification.
	MechanismCertification Mechanism = 3
	// MechanismGbaContract: standard contract of the Greater Bay Area.
	MechanismGbaContract Mechanism = 4
	// MechanismAdequacy: GDPR adequacy decision.
	MechanismAdequacy Mechanism = 5
	// MechanismDpf: EU-US Data Privacy Framework.
	MechanismDpf Mechanism = 6
	// MechanismScc: EU standard contractual clauses.
	MechanismScc Mechanism = 7
	// MechanismBcr: binding corporate rules.
	MechanismBcr Mechanism = 8
	// MechanismExemption: an exemption from the PIPL mechanisms, CBDF 4 to 6 or NDSMR 35.
	MechanismExemption Mechanism = 9
	// MechanismTreaty: a treaty, PIPL 38(2).
	MechanismTreaty Mechanism = 10
	// MechanismAdHocClauses: authorised ad hoc clauses, GDPR 46(3).
	MechanismAdHocClauses Mechanism = 11
	// MechanismCodeOrCertification: an approved code of conduct or certification, GDPR 46(2)(e)(f).
	MechanismCodeOrCertification Mechanism = 12
	// MechanismDerogation: a derogation, GDPR 49.
	MechanismDerogation Mechanism = 13
	// MechanismUkAdequacy: UK adequacy regulations.
	MechanismUkAdequacy Mechanism = 14
	// MechanismUkBridge: the UK extension to the EU-US Data Privacy Framework.
	MechanismUkBridge Mechanism = 15
	// MechanismIdta: the UK international data transfer agreement.
	MechanismIdta Mechanism = 16
	// MechanismUkAddendum: the UK addendum to the EU clauses.
	MechanismUkAddendum Mechanism = 17
)

var mechanismNames = []string{"", "SECURITY_ASSESSMENT", "STANDARD_CONTRACT", "CERTIFICATION", "GBA_CONTRACT", "ADEQUACY", "DPF", "SCC", "BCR", "EXEMPTION", "TREATY", "AD_HOC_CLAUSES", "CODE_OR_CERTIFICATION", "DEROGATION", "UK_ADEQUACY", "UK_BRIDGE", "IDTA", "UK_ADDENDUM"}

// String returns the name as the contract has it, without its prefix.
func (e Mechanism) String() string { return enumName(mechanismNames, uint8(e)) }

// Values lists the names, for the schema.
func (Mechanism) Values() []string { return mechanismNames }

// Value stores the name.
func (e Mechanism) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Mechanism) Scan(src any) error { return scanEnum(mechanismNames, (*uint8)(e), src) }

// What an assessment is.
type AssessmentType uint8

const (
	// AssessmentTypeUnspecified: no type was given.
	AssessmentTypeUnspecified AssessmentType = 0
	// AssessmentTypePipia: personal information protection impact assessment, PIPL 55.
	AssessmentTypePipia AssessmentType = 1
	// AssessmentTypeDpia: data protection impact assessment, GDPR 35.
	AssessmentTypeDpia AssessmentType = 2
	// AssessmentTypeTia: transfer impact assessment.
	AssessmentTypeTia AssessmentType = 3
	// AssessmentTypeUkTra: UK transfer risk assessment, the data protection test.
	AssessmentTypeUkTra AssessmentType = 4
	// AssessmentTypeCnScLaw: assessment of the importer's law under the PIPL standard contract, CN-SC 4.
	AssessmentTypeCnScLaw AssessmentType = 5
	// AssessmentTypeLia: legitimate interests assessment, GDPR 6(1)(f).
	AssessmentTypeLia AssessmentType = 6
)

var assessmentTypeNames = []string{"", "PIPIA", "DPIA", "TIA", "UK_TRA", "CN_SC_LAW", "LIA"}

// String returns the name as the contract has it, without its prefix.
func (e AssessmentType) String() string { return enumName(assessmentTypeNames, uint8(e)) }

// Values lists the names, for the schema.
func (AssessmentType) Values() []string { return assessmentTypeNames }

// Value stores the name.
func (e AssessmentType) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *AssessmentType) Scan(src any) error { return scanEnum(assessmentTypeNames, (*uint8)(e), src) }

// The service that a processor's purpose is.
type Service uint8

const (
	// ServiceUnspecified: nothing was given.
	ServiceUnspecified Service = 0
	// ServiceNone: no service purpose: it serves itself.
	ServiceNone Service = 1
	// ServiceHosting: hosting.
	ServiceHosting Service = 2
	// ServiceMessageDelivery: delivery of messages.
	ServiceMessageDelivery Service = 3
	// ServiceTechSupport: technical support.
	ServiceTechSupport Service = 4
)

var serviceNames = []string{"", "NONE", "HOSTING", "MESSAGE_DELIVERY", "TECH_SUPPORT"}

// String returns the name as the contract has it, without its prefix.
func (e Service) String() string { return enumName(serviceNames, uint8(e)) }

// Values lists the names, for the schema.
func (Service) Values() []string { return serviceNames }

// Value stores the name.
func (e Service) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Service) Scan(src any) error { return scanEnum(serviceNames, (*uint8)(e), src) }

// What kind of credential a category is.
type Credential uint8

const (
	// CredentialUnspecified: nothing was given: no credential.
	CredentialUnspecified Credential = 0
	// CredentialNone: no credential.
	CredentialNone Credential = 1
	// CredentialCode: A one-time code.
	CredentialCode Credential = 2
	// CredentialHash: A hash of a secret.
	CredentialHash Credential = 3
	// CredentialClear: A secret in clear.
	CredentialClear Credential = 4
)

var credentialNames = []string{"", "NONE", "CODE", "HASH", "CLEAR"}

// String returns the name as the contract has it, without its prefix.
func (e Credential) String() string { return enumName(credentialNames, uint8(e)) }

// Values lists the names, for the schema.
func (Credential) Values() []string { return credentialNames }

// Value stores the name.
func (e Credential) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Credential) Scan(src any) error { return scanEnum(credentialNames, (*uint8)(e), src) }

// The six exceptions of the policy, S4-3.
type Exception uint8

const (
	// ExceptionUnspecified: none is claimed.
	ExceptionUnspecified Exception = 0
	// ExceptionLegalObligation: our legal obligations.
	ExceptionLegalObligation Exception = 1
	// ExceptionNationalSecurity: national and defence security.
	ExceptionNationalSecurity Exception = 2
	// ExceptionPublicInterest: public safety, health and major public interest.
	ExceptionPublicInterest Exception = 3
	// ExceptionCriminalProceedings: criminal investigation, prosecution, trial and enforcement.
	ExceptionCriminalProceedings Exception = 4
	// ExceptionVitalInterest: vital interests of a person.
	ExceptionVitalInterest Exception = 5
	// ExceptionMadePublic: made public by the subject.
	ExceptionMadePublic Exception = 6
)

var exceptionNames = []string{"", "LEGAL_OBLIGATION", "NATIONAL_SECURITY", "PUBLIC_INTEREST", "CRIMINAL_PROCEEDINGS", "VITAL_INTEREST", "MADE_PUBLIC"}

// String returns the name as the contract has it, without its prefix.
func (e Exception) String() string { return enumName(exceptionNames, uint8(e)) }

// Values lists the names, for the schema.
func (Exception) Values() []string { return exceptionNames }

// Value stores the name.
func (e Exception) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Exception) Scan(src any) error { return scanEnum(exceptionNames, (*uint8)(e), src) }

// Which exemption from the PIPL mechanisms a flow falls under. Who relies on one
// records it; whether it holds is judged with every question.
type Exemption uint8

const (
	// ExemptionUnspecified: none was given.
	ExemptionUnspecified Exemption = 0
	// ExemptionTransit: collected abroad and only processed in the mainland, CBDF 4.
	ExemptionTransit Exemption = 1
	// ExemptionContract: a contract of the individual, CBDF 5(1)(1).
	ExemptionContract Exemption = 2
	// ExemptionHumanResources: human resources across borders under rules or a collective contract, CBDF 5(1)(2).
	ExemptionHumanResources Exemption = 3
	// ExemptionEmergency: an emergency for life, health or property, CBDF 5(1)(3).
	ExemptionEmergency Exemption = 4
	// ExemptionFreeTradeZone: outside the negative list of a free-trade zone, CBDF 6.
	ExemptionFreeTradeZone Exemption = 5
	// ExemptionStatutoryDuty: a statutory duty, NDSMR 35(6).
	ExemptionStatutoryDuty Exemption = 6
	// ExemptionVolume: below the volume tiers, CBDF 5(1)(4).
	ExemptionVolume Exemption = 7
)

var exemptionNames = []string{"", "TRANSIT", "CONTRACT", "HUMAN_RESOURCES", "EMERGENCY", "FREE_TRADE_ZONE", "STATUTORY_DUTY", "VOLUME"}

// String returns the name as the contract has it, without its prefix.
func (e Exemption) String() string { return enumName(exemptionNames, uint8(e)) }

// Values lists the names, for the schema.
func (Exemption) Values() []string { return exemptionNames }

// Value stores the name.
func (e Exemption) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Exemption) Scan(src any) error { return scanEnum(exemptionNames, (*uint8)(e), src) }

// The letter of GDPR 49(1) that a derogation rests on.
type Derogation uint8

const (
	// DerogationUnspecified: none was given.
	DerogationUnspecified Derogation = 0
	// DerogationExplicitConsent: explicit consent after information on the risks, (a).
	DerogationExplicitConsent Derogation = 1
	// DerogationContract: a contract with the subject, (b).
	DerogationContract Derogation = 2
	// DerogationContractInInterest: a contract in the interest of the subject, (c).
	DerogationContractInInterest Derogation = 3
	// DerogationPublicInterest: important reasons of public interest in Union or member-state law, (d).
	DerogationPublicInterest Derogation = 4
	// DerogationLegalClaims: legal claims, (e).
	DerogationLegalClaims Derogation = 5
	// DerogationVitalInterests: vital interests of one who cannot consent, (f).
	DerogationVitalInterests Derogation = 6
	// DerogationPublicRegister: a public register, (g).
	DerogationPublicRegister Derogation = 7
	// DerogationCompellingInterests: compelling legitimate interests, second subparagraph.
	DerogationCompellingInterests Derogation = 8
)

var derogationNames = []string{"", "EXPLICIT_CONSENT", "CONTRACT", "CONTRACT_IN_INTEREST", "PUBLIC_INTEREST", "LEGAL_CLAIMS", "VITAL_INTERESTS", "PUBLIC_REGISTER", "COMPELLING_INTERESTS"}

// String returns the name as the contract has it, without its prefix.
func (e Derogation) String() string { return enumName(derogationNames, uint8(e)) }

// Values lists the names, for the schema.
func (Derogation) Values() []string { return derogationNames }

// Value stores the name.
func (e Derogation) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *Derogation) Scan(src any) error { return scanEnum(derogationNames, (*uint8)(e), src) }

// A group of rules that an exception may waive (rules.md 2.3).
type WaiverGroup uint8

const (
	// WaiverGroupUnspecified: nothing was given.
	WaiverGroupUnspecified WaiverGroup = 0
	// WaiverGroupErasedOrRestricted: rules 11 and 12.
	WaiverGroupErasedOrRestricted WaiverGroup = 1
	// WaiverGroupPurpose: rule 14: the purpose is the exception's.
	WaiverGroupPurpose WaiverGroup = 2
	// WaiverGroupKindLists: rules 15 and 17.
	WaiverGroupKindLists WaiverGroup = 3
	// WaiverGroupDeidentification: rule 20.
	WaiverGroupDeidentification WaiverGroup = 4
	// WaiverGroupAgreement: rules 21 to 28.
	WaiverGroupAgreement WaiverGroup = 5
	// WaiverGroupNotice: rule 29.
	WaiverGroupNotice WaiverGroup = 6
	// WaiverGroupConsent: rules 30 to 32.
	WaiverGroupConsent WaiverGroup = 7
	// WaiverGroupSeparateConsent: rules 33 to 36.
	WaiverGroupSeparateConsent WaiverGroup = 8
	// WaiverGroupGuardian: rule 37.
	WaiverGroupGuardian WaiverGroup = 9
	// WaiverGroupPublic: rule 40.
	WaiverGroupPublic WaiverGroup = 10
	// WaiverGroupRetention: rules 47 to 49.
	WaiverGroupRetention WaiverGroup = 11
	// WaiverGroupAssessment: rule 50.
	WaiverGroupAssessment WaiverGroup = 12
)

var waiverGroupNames = []string{"", "ERASED_OR_RESTRICTED", "PURPOSE", "KIND_LISTS", "DEIDENTIFICATION", "AGREEMENT", "NOTICE", "CONSENT", "SEPARATE_CONSENT", "GUARDIAN", "PUBLIC", "RETENTION", "ASSESSMENT"}

// String returns the name as the contract has it, without its prefix.
func (e WaiverGroup) String() string { return enumName(waiverGroupNames, uint8(e)) }

// Values lists the names, for the schema.
func (WaiverGroup) Values() []string { return waiverGroupNames }

// Value stores the name.
func (e WaiverGroup) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *WaiverGroup) Scan(src any) error { return scanEnum(waiverGroupNames, (*uint8)(e), src) }

// What an exception does to a group of rules.
type WaiverEffect uint8

const (
	// WaiverEffectUnspecified: nothing was given.
	WaiverEffectUnspecified WaiverEffect = 0
	// WaiverEffectNo: the rules stand.
	WaiverEffectNo WaiverEffect = 1
	// WaiverEffectYes: the rules are waived.
	WaiverEffectYes WaiverEffect = 2
	// WaiverEffectDeferred: the rules are waived now, and an obligation makes up for them.
	WaiverEffectDeferred WaiverEffect = 3
	// WaiverEffectIfLawDemands: the rules are waived where the law cited demands it: secrecy for a notice, publication for the public.
	WaiverEffectIfLawDemands WaiverEffect = 4
)

var waiverEffectNames = []string{"", "NO", "YES", "DEFERRED", "IF_LAW_DEMANDS"}

// String returns the name as the contract has it, without its prefix.
func (e WaiverEffect) String() string { return enumName(waiverEffectNames, uint8(e)) }

// Values lists the names, for the schema.
func (WaiverEffect) Values() []string { return waiverEffectNames }

// Value stores the name.
func (e WaiverEffect) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *WaiverEffect) Scan(src any) error { return scanEnum(waiverEffectNames, (*uint8)(e), src) }

// How a body of Hong Kong, Macau or Taiwan is seen, PIPL 41.
type HmtAuthority uint8

const (
	// HmtAuthorityUnspecified: the default: AS_FOREIGN.
	HmtAuthorityUnspecified HmtAuthority = 0
	// HmtAuthorityAsForeign: as a foreign body: it needs the approval of rule 42.
	HmtAuthorityAsForeign HmtAuthority = 1
	// HmtAuthorityExportOnly: as a destination only: rules 51 to 60 stand, rule 42 does not.
	HmtAuthorityExportOnly HmtAuthority = 2
)

var hmtAuthorityNames = []string{"", "AS_FOREIGN", "EXPORT_ONLY"}

// String returns the name as the contract has it, without its prefix.
func (e HmtAuthority) String() string { return enumName(hmtAuthorityNames, uint8(e)) }

// Values lists the names, for the schema.
func (HmtAuthority) Values() []string { return hmtAuthorityNames }

// Value stores the name.
func (e HmtAuthority) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *HmtAuthority) Scan(src any) error { return scanEnum(hmtAuthorityNames, (*uint8)(e), src) }

// Which mechanism a flow without sensitive data needs where the sensitive flows
// of the year already demand the security assessment (rules.md 2.6).
type NonsensitiveTier uint8

const (
	// NonsensitiveTierUnspecified: the default: ASSESSMENT.
	NonsensitiveTierUnspecified NonsensitiveTier = 0
	// NonsensitiveTierAssessment: the assessment too.
	NonsensitiveTierAssessment NonsensitiveTier = 1
	// NonsensitiveTierOwnTier: that of its own tier.
	NonsensitiveTierOwnTier NonsensitiveTier = 2
)

var nonsensitiveTierNames = []string{"", "ASSESSMENT", "OWN_TIER"}

// String returns the name as the contract has it, without its prefix.
func (e NonsensitiveTier) String() string { return enumName(nonsensitiveTierNames, uint8(e)) }

// Values lists the names, for the schema.
func (NonsensitiveTier) Values() []string { return nonsensitiveTierNames }

// Value stores the name.
func (e NonsensitiveTier) Value() (driver.Value, error) { return e.String(), nil }

// Scan reads the name.
func (e *NonsensitiveTier) Scan(src any) error {
	return scanEnum(nonsensitiveTierNames, (*uint8)(e), src)
}
