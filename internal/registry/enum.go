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
	// RegimeUk: the law of the United Kingdom; not judged in this edition.
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
)

var agreementTypeNames = []string{"", "NDA", "DPA", "SHARING_C2C", "JOINT", "CN_SC", "GBA_SC", "EU_SCC", "BCR_MEMBERSHIP"}

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
)

var mechanismNames = []string{"", "SECURITY_ASSESSMENT", "STANDARD_CONTRACT", "CERTIFICATION", "GBA_CONTRACT", "ADEQUACY", "DPF", "SCC", "BCR"}

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
)

var assessmentTypeNames = []string{"", "PIPIA", "DPIA", "TIA"}

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
