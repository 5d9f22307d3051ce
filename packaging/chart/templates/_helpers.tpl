{{- define "falco-ebpf.labels" -}}
app.kubernetes.io/name: falco-ebpf
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "falco-ebpf.selector" -}}
app.kubernetes.io/name: falco-ebpf
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "falco-ebpf.account" -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- end }}
